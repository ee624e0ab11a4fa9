//! One file per command.

pub(crate) mod apply;
pub(crate) mod cost;
pub(crate) mod destroy;
pub(crate) mod graph;
pub(crate) mod iam_policy;
pub(crate) mod local;
pub(crate) mod output;
pub(crate) mod plan;
pub(crate) mod secrets;
pub(crate) mod show;
pub(crate) mod unlock;
pub(crate) mod validate;
