//! Containers.

mod cluster;
mod service;
mod task_definition;

use std::sync::Arc;

use aws_sdk_ecs::types::{Cluster, ClusterField};
use nk_engine::{CloudResult, Pass};
use nk_kinds::{Tags, ecs::Cluster as WantedCluster};

use crate::{Aws, sdk_error::SdkResult, tags::sdk_tags};

/// The last part of an ARN, which is the name.
fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

impl Aws {
    /// The beginning of every name that this stack gives.
    fn ecs_prefix(&self) -> String {
        format!("{}-", self.stack.prefix())
    }

    /// The cluster with this stack's name, whoever owns it and even if it is deleted; none if there
    /// is none. The list of all clusters is the account's.
    async fn stack_cluster(&self, pass: &Pass) -> CloudResult<Arc<Vec<Cluster>>> {
        let describe = || self.describe_clusters(vec![WantedCluster::called(&self.stack)]);
        pass.once("ecs cluster", describe).await
    }

    /// The names of the clusters that may have services of this stack.
    async fn cluster_names(&self, pass: &Pass) -> CloudResult<Vec<String>> {
        let clusters = self.stack_cluster(pass).await?;
        let there = clusters.iter().filter(|cluster| cluster.status() != Some("INACTIVE"));
        Ok(there.filter_map(|cluster| cluster.cluster_name.clone()).collect())
    }

    async fn describe_clusters(&self, names: Vec<String>) -> CloudResult<Vec<Cluster>> {
        let call = self.ecs.describe_clusters().set_clusters(Some(names));
        let call = call.include(ClusterField::Tags).include(ClusterField::Settings);
        Ok(call.send().await.or_cloud_error()?.clusters.unwrap_or_default())
    }

    /// Sets tags, new or existing.
    async fn ecs_tag(&self, arn: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.ecs.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)));
        call.send().await.or_cloud_error().map(drop)
    }
}
