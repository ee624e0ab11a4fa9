//! Containers.

mod cluster;
mod service;
mod task_definition;

use std::sync::Arc;

use aws_sdk_ecs::types::{Cluster, ClusterField};
use nk_engine::{CloudResult, Scope};
use nk_kinds::{Tags, ecs::Cluster as WantedCluster};

use crate::{Aws, sdk_error::SdkResult, tags::sdk_tags};

/// The last part of an ARN, which is the name.
fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

impl Aws {
    /// The clusters with names of this stack, whosever they are and even where they are deleted. The
    /// list of all is the account's.
    async fn stack_clusters<K>(&self, scope: &Scope<K>) -> CloudResult<Arc<Vec<Cluster>>> {
        let names = scope.names.of::<WantedCluster>().known();
        let describe = || self.describe_clusters(names.iter().cloned().collect());
        scope.pass.once("ecs clusters", describe).await
    }

    /// The names of the clusters that may have services of this stack.
    async fn cluster_names<K>(&self, scope: &Scope<K>) -> CloudResult<Vec<String>> {
        let clusters = self.stack_clusters(scope).await?;
        let there = clusters.iter().filter(|cluster| cluster.status() != Some("INACTIVE"));
        Ok(there.filter_map(|cluster| cluster.cluster_name.clone()).collect())
    }

    async fn describe_clusters(&self, names: Vec<String>) -> CloudResult<Vec<Cluster>> {
        let call = self.ecs.describe_clusters().set_clusters(Some(names));
        let call = call.include(ClusterField::Tags).include(ClusterField::Settings);
        Ok(call.send().await.or_cloud_error()?.clusters.unwrap_or_default())
    }

    /// Sets tags, whether they are there or not.
    async fn ecs_tag(&self, arn: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.ecs.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)));
        call.send().await.or_cloud_error().map(drop)
    }
}
