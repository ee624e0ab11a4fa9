//! `nk output`: what a deployment of the application needs.

use std::collections::BTreeMap;

use nk_engine::Provider;
use nk_model::{LiveValue, Observed, Owner, Shown};
use serde_json::json;

use crate::{
    arguments::{Global, OutputArguments},
    errors::Error,
    exit::Exit,
    output::Output,
    session::Session,
};

/// Prints one output, or all of them.
pub(crate) async fn output<P: Provider>(
    global: &Global,
    arguments: &OutputArguments,
) -> Result<Exit, Error> {
    let session = Session::<P>::begin(global).await?;
    let (_, observed) = session.observe().await?;
    let values = values(&observed, &session.stack.region);
    let output = Output::new(global);
    match &arguments.name {
        Some(name) => {
            let value = values.get(name).ok_or_else(|| Error::NoSuchOutput {
                name: name.clone(),
                known: values.keys().cloned().collect(),
            })?;
            let text = if global.json { json!(value).to_string() } else { value.clone() };
            output.data(&text);
        }
        None if global.json => output.data(&format!("{:#}", json!(values))),
        None => {
            let width = values.keys().map(String::len).max().unwrap_or(0);
            for (name, value) in &values {
                output.data(&format!("{name:width$}  {value}"));
            }
        }
    }
    Ok(Exit::Done)
}

fn values(observed: &Observed, region: &str) -> BTreeMap<String, String> {
    let ours = observed.found.iter().filter(|live| live.owner == Owner::Ours);
    ours.filter_map(|live| shown(live, region)).collect()
}

fn shown(live: &LiveValue, region: &str) -> Option<(String, String)> {
    let Shown { name, output, written } = nk_kinds::kind(live.address.kind())?.shown?;
    let value = written.replace('*', &live.output(output)?).replace("{region}", region);
    Some((name.replace('*', live.address.name()), value))
}
