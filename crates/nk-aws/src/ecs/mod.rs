//! Containers.

mod cluster;
mod service;
mod task_definition;
