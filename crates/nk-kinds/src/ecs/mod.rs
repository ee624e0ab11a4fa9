//! Containers: clusters, task definitions, services.

mod cluster;
mod service;
mod task_definition;

pub use cluster::{Cluster, ClusterName, ClusterOutputs};
pub use service::{Service, ServiceName, ServiceOutputs, ServiceTarget};
pub use task_definition::{Container, TaskDefinition, TaskDefinitionArn, TaskDefinitionOutputs};
