//! The emulator of `--local`, as the environment asks for it.

use std::{env, io::Write};

use nk_local::{Emulator, Progress, Settings};

use crate::errors::Error;

/// Which emulator, and where.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn settings() -> Result<Settings, Error> {
    Settings::read(|name| env::var(name).ok()).map_err(Error::Local)
}

/// Makes sure that it runs.
pub(crate) async fn up() -> Result<Emulator, Error> {
    nk_local::up(&settings()?, &tell).await.map_err(Error::Local)
}

/// Tells what takes long enough to be told.
pub(crate) fn tell(progress: Progress) {
    let _ = writeln!(anstream::stderr(), "{progress}");
}
