//! Which services exist, and who controls their number of tasks.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_ecs::types::{self, ServiceField};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Nature, Pass, Reach, Scope};
use nk_kinds::ecs::Service;

use super::{super::name_in, LiveService};
use crate::{Aws, sdk_error::SdkResult};

/// How many services ECS describes in one call.
const CHUNK: usize = 10;
/// How many scalable targets are described in one call.
const TARGETS: usize = 50;
/// ECS's code for a cluster without which there can be no services.
const NOWHERE: &[&str] = &["ClusterNotFoundException"];

impl Aws {
    /// The services that may belong to the stack, by their names.
    pub(super) async fn services(
        &self,
        scope: &Scope<Service>,
    ) -> CloudResult<Vec<types::Service>> {
        let known = scope.wanted.iter().map(|(_, spec)| &spec.cluster);
        let known = known.filter(|cluster| cluster.is_known()).map(ToString::to_string);
        let mut clusters: BTreeSet<_> = known.collect();
        let all = scope.reach == Reach::Stack;
        if all {
            clusters.extend(self.cluster_names(&scope.pass).await?);
        }
        let names: BTreeSet<_> = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let looks =
            clusters.iter().map(|cluster| self.services_in(&scope.pass, cluster, &names, all));
        let found = try_join_all(looks).await?.into_iter().flatten();
        Ok(found.filter(|service| service.status() != Some("INACTIVE")).collect())
    }

    /// The services of a cluster with these names, and with `all` those whose names say that they
    /// belonged to this stack.
    async fn services_in(
        &self,
        pass: &Pass,
        cluster: &str,
        names: &BTreeSet<String>,
        all: bool,
    ) -> CloudResult<Vec<types::Service>> {
        let listed = async {
            if !all {
                return Ok(Vec::new());
            }
            let pages = self.ecs.list_services().cluster(cluster).into_paginator().items().send();
            let arns = pages.try_collect().await.accepting(NOWHERE)?;
            Ok(arns.unwrap_or_default())
        };
        let wanted: Vec<_> = names.iter().cloned().collect();
        let wanted = self.describe_services(pass, cluster, &wanted);
        let (mut found, listed) = tokio::try_join!(wanted, listed)?;
        let others = listed.iter().map(|arn| name_in(arn).to_owned());
        let others = others.filter(|name| name.starts_with(&self.ecs_prefix()));
        let others: Vec<_> = others.filter(|name| !names.contains(name)).collect();
        found.extend(self.describe_services(pass, cluster, &others).await?);
        Ok(found)
    }

    /// The services of a cluster with these names. Their task definitions are read in the look at
    /// those.
    pub(in super::super) async fn describe_services(
        &self,
        pass: &Pass,
        cluster: &str,
        names: &[String],
    ) -> CloudResult<Vec<types::Service>> {
        let looks = names.chunks(CHUNK).map(|names| async move {
            let describe = || async {
                let call = self.ecs.describe_services().cluster(cluster);
                let call = call.set_services(Some(names.to_vec())).include(ServiceField::Tags);
                let answer = call.send().await.accepting(NOWHERE)?;
                Ok(answer.and_then(|answer| answer.services).unwrap_or_default())
            };
            pass.once(&format!("ecs services {cluster} {names:?}"), describe).await
        });
        let found: Vec<Arc<Vec<_>>> = try_join_all(looks).await?;
        Ok(found.iter().flat_map(|found| found.iter().cloned()).collect())
    }

    /// Marks the count as not compared if something scales the service. Only services with another
    /// count than the desired one are asked about.
    pub(super) async fn leave_counts(
        &self,
        scope: &Scope<Service>,
        found: &mut [(types::Service, LiveService)],
    ) -> CloudResult<()> {
        let wanted = |live: &LiveService| scope.wanted(&live.address).map(|wanted| wanted.count);
        let differs = |live: &LiveService| wanted(live).is_some_and(|one| one != live.spec.count);
        let differing = found.iter().filter(|(_, live)| differs(live));
        let ids: Vec<_> = differing.map(|(_, live)| scalable(live)).collect();
        let scaled = self.scaled(&ids).await?;
        for (_, live) in found.iter_mut().filter(|(_, live)| scaled.contains(&scalable(live))) {
            live.untold.insert("count".into());
        }
        Ok(())
    }

    /// The services that something scales.
    async fn scaled(&self, ids: &[String]) -> CloudResult<HashSet<String>> {
        let looks = ids.chunks(TARGETS).map(|ids| async {
            let call = self
                .autoscaling
                .describe_scalable_targets()
                .service_namespace(ServiceNamespace::Ecs)
                .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                .set_resource_ids(Some(ids.to_vec()))
                .into_paginator()
                .items()
                .send();
            match call.try_collect().await.or_cloud_error() {
                // AWS gives a reason; an emulator without the service does not, and scales nothing.
                Err(error) if error.nature == Nature::Refused && error.code.is_none() => {
                    Ok(Vec::new())
                }
                answer => answer,
            }
        });
        let targets = try_join_all(looks).await?.into_iter().flatten();
        Ok(targets.map(|target| target.resource_id).collect())
    }
}

/// Application Auto Scaling's name of a service.
fn scalable(live: &LiveService) -> String {
    format!("service/{}/{}", live.spec.cluster, live.spec.name)
}
