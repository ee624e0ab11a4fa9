//! Secrets.

mod secret;
