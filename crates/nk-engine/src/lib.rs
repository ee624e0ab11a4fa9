//! Observes, settles, schedules, executes and locks: runs a plan against any cloud.

mod cloud;
mod lock;
mod observe;
mod provider;
mod run;
mod scope;
mod settle;
mod stage;

pub use cloud::{Cloud, Departure, Entry, Reconcile};
pub use lock::{
    Holder, Lease, LockError, LockRecord, Released, WallClock, holder, lock_calls, unlock,
};
pub use nk_model::{CloudError, CloudResult, Denied, Nature};
pub use observe::{guards, observe, observe_going, unprotect};
pub use provider::{
    Answers, CallListener, Caller, Connected, Connection, Provider, Questions, SecretValue,
};
pub use run::{Run, execute};
pub use scope::{Pass, Reach, Scope};
pub use stage::{Gate, NoGate, Stop, current_step};
