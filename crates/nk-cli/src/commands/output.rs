//! `nk output`: what a deployment of the application needs to know.

use std::collections::BTreeMap;

use nk_engine::Provider;
use nk_model::{LiveValue, Observed, Owner};
use serde_json::json;

use crate::{
    arguments::{Global, OutputArguments},
    errors::Error,
    exit::Exit,
    output::Output,
    session::Session,
};

/// Which output of which kind is shown under which name; `*` stands for the resource's own.
const SHOWN: &[(&str, &str, &str)] = &[
    ("cluster", "name", "cluster"),
    ("db-instance", "endpoint", "database-endpoint"),
    ("load-balancer", "dns-name", "load-balancer-address"),
    ("repository", "uri", "repository.*"),
    ("secret", "arn", "secret-arn.*"),
    ("service", "name", "service.*"),
    ("user-pool", "id", "user-pool-id"),
    ("user-pool-client", "id", "user-pool-client-id"),
    ("user-pool-domain", "prefix", "user-pool-domain"),
];

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
    ours.flat_map(|live| shown(live, region)).collect()
}

fn shown(live: &LiveValue, region: &str) -> Vec<(String, String)> {
    let kind = live.address.kind();
    SHOWN
        .iter()
        .filter(|(shown, _, _)| *shown == kind)
        .filter_map(|(_, output, name)| {
            let value = live.output(output)?;
            let value = match kind {
                "user-pool-domain" => format!("{value}.auth.{region}.amazoncognito.com"),
                _ => value,
            };
            Some((name.replace('*', live.address.name()), value))
        })
        .collect()
}
