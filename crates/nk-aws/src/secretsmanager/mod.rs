//! Secrets.

mod password;
mod secret;

pub(crate) use secret::{MISSING, retired};
