//! Notifications.

mod topic;
