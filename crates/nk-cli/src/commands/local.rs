//! `nk local`: the emulator on this machine.

use crate::{
    arguments::{Global, LocalCommand},
    emulator::{self, settings, tell},
    errors::Error,
    exit::Exit,
    output::Output,
};

/// Starts, stops, empties or describes the emulator.
pub(crate) async fn local(global: &Global, command: LocalCommand) -> Result<Exit, Error> {
    let text = match command {
        LocalCommand::Up => format!("the emulator answers at {}", emulator::up().await?.endpoint),
        LocalCommand::Down => {
            let stopped = nk_local::down(&settings()?, &tell).await.map_err(Error::Local)?;
            if stopped { "the emulator is stopped" } else { "no emulator was running" }.to_owned()
        }
        LocalCommand::Reset => {
            let emptied = nk_local::reset(&settings()?).await.map_err(Error::Local)?;
            if emptied { "the emulator is empty" } else { "no emulator is running" }.to_owned()
        }
        LocalCommand::Status => {
            let status = nk_local::status(&settings()?).await.map_err(Error::Local)?;
            match status.emulator {
                Some(emulator) => {
                    format!("{} answers at {}", status.product, emulator.endpoint)
                }
                None if status.installed => {
                    format!("{} is installed and does not run", status.product)
                }
                None => format!("{} is not installed yet; `nk local up` does that", status.product),
            }
        }
    };
    Output::new(global).line(&text);
    Ok(Exit::Done)
}
