//! How ECS creates a cluster.

use aws_sdk_ecs::types::{self, ClusterSetting, ClusterSettingName};
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    ecs::{Cluster, ClusterOutputs},
};
use nk_model::{Address, Change, Changes, Live, Phase};

use crate::{
    Aws,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

type LiveCluster = Live<Cluster, ClusterOutputs>;

impl Reconcile<Cluster> for Aws {
    async fn observe(&self, scope: &Scope<Cluster>) -> CloudResult<Vec<LiveCluster>> {
        let found = if scope.reach == Reach::Stack {
            self.stack_cluster(&scope.pass).await?.to_vec()
        } else {
            let names = scope.wanted.iter().map(|(_, spec)| spec.name.clone());
            self.describe_clusters(names.collect()).await?
        };
        let found = found.into_iter();
        Ok(found.filter_map(|cluster| self.cluster(scope, cluster)).collect())
    }

    async fn create(&self, spec: &Cluster, address: &Address) -> CloudResult<Option<LiveCluster>> {
        let answer = self
            .ecs
            .create_cluster()
            .cluster_name(&spec.name)
            .settings(insights(spec))
            .set_tags(Some(sdk_tags(&spec.tags)))
            .send()
            .await
            .or_cloud_error()?;
        // ECS returns the cluster with that name even if somebody else created it.
        let ours = |cluster: &types::Cluster| managed(cluster.tags.clone()) == spec.tags;
        let cluster = answer.cluster.filter(ours);
        Ok(cluster.map(|cluster| live(address.clone(), cluster, spec.tags.clone())))
    }

    async fn update(
        &self,
        spec: &Cluster,
        live: &LiveCluster,
        changes: &[Change],
    ) -> CloudResult<Option<LiveCluster>> {
        if changes.touch("container-insights") {
            let call = self.ecs.update_cluster().cluster(&spec.name);
            call.settings(insights(spec)).send().await.or_cloud_error()?;
        }
        if changes.touch("tags") {
            self.ecs_tag(&live.id, &spec.tags).await?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveCluster) -> CloudResult<Departure> {
        let call = self.ecs.delete_cluster().cluster(&live.spec.name).send().await;
        call.accepting(&["ClusterNotFoundException"])?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    fn cluster(&self, scope: &Scope<Cluster>, cluster: types::Cluster) -> Option<LiveCluster> {
        // A deleted cluster remains visible for a while.
        if cluster.status() == Some("INACTIVE") {
            return None;
        }
        let tags = managed(cluster.tags.clone());
        let name = cluster.cluster_name().unwrap_or_default();
        let (address, owner) = self.holder(scope, |spec| spec.name == name, &tags)?;
        Some(live(address, cluster, tags).owned_by(owner))
    }
}

fn insights(spec: &Cluster) -> ClusterSetting {
    let name = ClusterSettingName::ContainerInsights;
    ClusterSetting::builder().name(name).value(&spec.container_insights).build()
}

fn live(address: Address, cluster: types::Cluster, tags: Tags) -> LiveCluster {
    let phase = match cluster.status.as_deref() {
        Some("PROVISIONING") => Phase::Busy("provisioning".into()),
        Some("DEPROVISIONING") => Phase::Leaving("deprovisioning".into()),
        Some("FAILED") => Phase::Failed("its capacity provider could not be created".into()),
        _ => Phase::Ready,
    };
    let insights = cluster
        .settings
        .unwrap_or_default()
        .into_iter()
        .find(|setting| setting.name == Some(ClusterSettingName::ContainerInsights))
        .and_then(|setting| setting.value);
    let name = cluster.cluster_name.unwrap_or_default();
    let arn = cluster.cluster_arn.unwrap_or_default();
    let container_insights = insights.unwrap_or_else(|| "disabled".into());
    let spec = Cluster { name: name.clone(), container_insights, tags };
    Live::ready(address, arn.clone(), spec, ClusterOutputs { name, arn }).in_phase(phase)
}
