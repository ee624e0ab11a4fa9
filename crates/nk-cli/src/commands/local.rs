//! `nk local`: the emulator on this machine.

use crate::{
    arguments::{Global, LocalCommand},
    errors::Error,
    exit::Exit,
    output::Output,
};

/// Starts, stops, empties or describes the emulator.
pub(crate) async fn local(global: &Global, command: LocalCommand) -> Result<Exit, Error> {
    let output = Output::new(global);
    match command {
        LocalCommand::Up => {
            let emulator = nk_local::up().await.map_err(Error::Local)?;
            output.line(&format!("the emulator answers at {}", emulator.endpoint));
        }
        LocalCommand::Down => {
            let stopped = nk_local::down().await.map_err(Error::Local)?;
            output.line(if stopped { "the emulator is stopped" } else { "no emulator was running" });
        }
        LocalCommand::Reset => {
            nk_local::reset().await.map_err(Error::Local)?;
            output.line("the emulator is empty");
        }
        LocalCommand::Status => {
            let running = nk_local::status().await.map_err(Error::Local)?;
            output.line(&match running {
                Some(emulator) => format!("the emulator answers at {}", emulator.endpoint),
                None => "no emulator is running".to_owned(),
            });
        }
    }
    Ok(Exit::Done)
}
