//! `nk local`: the emulator on this machine.

use nk_local::Status;
use nk_model::Json;
use serde_json::json;

use crate::{
    arguments::{Global, LocalCommand},
    emulator::{self, settings, tell},
    errors::Error,
    exit::Exit,
    output::Output,
};

/// Starts, stops, empties or describes the emulator.
pub(crate) async fn local(global: &Global, command: LocalCommand) -> Result<Exit, Error> {
    let (text, document) = match command {
        LocalCommand::Up => {
            let endpoint = emulator::up().await?.endpoint;
            (format!("the emulator is running at {endpoint}"), json!({"endpoint": endpoint}))
        }
        LocalCommand::Down => {
            let stopped = nk_local::down(&settings()?, &tell).await?;
            let text =
                if stopped { "stopped the emulator" } else { "the emulator was not running" };
            (text.to_owned(), json!({"stopped": stopped}))
        }
        LocalCommand::Reset => {
            let emptied = nk_local::reset(&settings()?).await?;
            let text = if emptied { "emptied the emulator" } else { "the emulator is not running" };
            (text.to_owned(), json!({"emptied": emptied}))
        }
        LocalCommand::Status => {
            let status = nk_local::status(&settings()?).await?;
            (sentence(&status), document(&status))
        }
    };
    Output::new(global).done(&text, &document);
    Ok(Exit::Done)
}

fn sentence(status: &Status) -> String {
    match &status.emulator {
        Some(emulator) => format!("{} is running at {}", status.product, emulator.endpoint),
        None if status.installed => format!("{} is installed but not running", status.product),
        None => format!("{} is not installed; `nk local up` installs it", status.product),
    }
}

fn document(status: &Status) -> Json {
    let endpoint = status.emulator.as_ref().map(|emulator| &emulator.endpoint);
    json!({"product": status.product, "installed": status.installed, "endpoint": endpoint})
}
