//! Log groups.

mod log_group;
