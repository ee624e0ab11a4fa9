//! Secrets.

mod secret;

pub use secret::{Content, Secret, SecretArn, SecretOutputs};
