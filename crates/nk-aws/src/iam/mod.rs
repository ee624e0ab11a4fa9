//! Roles.

mod role;
