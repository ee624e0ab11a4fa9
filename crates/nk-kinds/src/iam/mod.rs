//! Roles.

mod role;

pub use role::{Role, RoleArn, RoleOutputs};
