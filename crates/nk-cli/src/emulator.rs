//! The emulator for `--local`, as the environment variables configure it.

use std::{env, io::Write};

use nk_local::{Emulator, Product, Progress, Settings};
use nk_model::Unseen;

use crate::errors::Error;

/// Which emulator, and where it is.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn settings() -> Result<Settings, Error> {
    Ok(Settings::read(|name| env::var(name).ok())?)
}

/// What the emulator does not keep. If `AWS_ENDPOINT_URL` leads to another emulator than nk's own,
/// `NK_LOCAL_EMULATOR` says which one it is.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn unseen() -> Result<Unseen, Error> {
    let product = Product::chosen(|name| env::var(name).ok())?;
    Ok(Unseen::new(product.lies().into_iter().map(|lie| (lie.kind, lie.field))))
}

/// How many times faster than AWS the emulator is.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn speed() -> Result<f64, Error> {
    Ok(nk_local::speed(|name| env::var(name).ok())?)
}

/// Makes sure that it is running.
pub(crate) async fn up() -> Result<Emulator, Error> {
    Ok(nk_local::up(&settings()?, &tell).await?)
}

/// Reports what takes long enough to be reported.
pub(crate) fn tell(progress: Progress) {
    let _ = writeln!(anstream::stderr(), "{progress}");
}
