//! Observe, settle, schedule, execute, lock: what runs a plan against any cloud.

mod cloud;
mod error;
mod lock;
mod scope;

pub use cloud::{Cloud, Departure, Entry, Reconcile};
pub use error::{CloudError, CloudResult, Nature};
pub use lock::LockRecord;
pub use scope::{Pass, Reach, Scope};
