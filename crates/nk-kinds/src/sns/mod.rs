//! Notifications.

mod topic;

pub use topic::{Topic, TopicArn, TopicOutputs};
