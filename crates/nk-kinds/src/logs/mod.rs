//! Log groups.

mod log_group;

pub use log_group::{LogGroup, LogGroupName, LogGroupOutputs};
