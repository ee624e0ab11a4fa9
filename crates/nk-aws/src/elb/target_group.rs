//! How ELB creates a target group.

use aws_sdk_elasticloadbalancingv2::types::{self, Matcher, ProtocolEnum, TargetTypeEnum};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    elb::{HealthCheck, TargetGroup, TargetGroupOutputs},
};
use nk_model::{Address, Change, Changes, Live, Ref};

use super::{GONE, attribute::DEFAULT_DRAIN, metric_name};
use crate::{Aws, sdk_error::SdkResult, tags::sdk_tags};

/// A request that also sets the health check.
macro_rules! checked {
    ($call:expr, $health:expr) => {
        $call
            .health_check_protocol(ProtocolEnum::from($health.protocol.as_str()))
            .health_check_port(&$health.port)
            .health_check_path(&$health.path)
            .health_check_interval_seconds($health.interval_seconds)
            .health_check_timeout_seconds($health.timeout_seconds)
            .healthy_threshold_count($health.healthy)
            .unhealthy_threshold_count($health.unhealthy)
            .matcher(Matcher::builder().http_code(&$health.statuses).build())
    };
}

type LiveGroup = Live<TargetGroup, TargetGroupOutputs>;

impl Reconcile<TargetGroup> for Aws {
    async fn observe(&self, scope: &Scope<TargetGroup>) -> CloudResult<Vec<LiveGroup>> {
        let found = self.target_groups(scope).await?;
        let arns: Vec<_> = found.iter().filter_map(|each| each.target_group_arn.clone()).collect();
        let drains = try_join_all(arns.iter().map(|arn| self.drain(arn)));
        let (mut tags, drains) = tokio::try_join!(self.elb_tags(&arns), drains)?;
        let found = found.into_iter().zip(drains).filter_map(|(group, drain)| {
            let (tags, drain) = (tags.remove(group.target_group_arn()?)?, drain?);
            let name = group.target_group_name().unwrap_or_default();
            let (address, owner) = self.holder(scope, |spec| spec.name == name, &tags)?;
            Some(live(group, address, drain, tags)?.owned_by(owner))
        });
        Ok(found.collect())
    }

    async fn create(
        &self,
        spec: &TargetGroup,
        address: &Address,
    ) -> CloudResult<Option<LiveGroup>> {
        // A repeated call with the same settings returns the existing listener.
        let call = self.elb.create_target_group();
        let answer = checked!(call, spec.health)
            .name(&spec.name)
            .protocol(ProtocolEnum::Http)
            .port(i32::from(spec.port))
            .vpc_id(spec.vpc.as_str())
            // Tasks on Fargate have an address of their own and no instance.
            .target_type(TargetTypeEnum::Ip)
            .set_tags(Some(sdk_tags(&spec.tags)))
            .send()
            .await
            .or_cloud_error()?;
        let made = answer.target_groups.unwrap_or_default().into_iter().next();
        let (address, tags) = (address.clone(), spec.tags.clone());
        Ok(made.and_then(|group| live(group, address, DEFAULT_DRAIN, tags)))
    }

    async fn update(
        &self,
        spec: &TargetGroup,
        live: &LiveGroup,
        changes: &[Change],
    ) -> CloudResult<Option<LiveGroup>> {
        let mut now = live.spec.clone();
        if changes.touch("health") {
            let answer = self.check_health(&live.id, &spec.health).await?;
            now.health = answer.unwrap_or(now.health);
        }
        if changes.touch("drain-seconds") {
            now.drain_seconds = self.set_drain(&live.id, spec.drain_seconds).await?;
        }
        if changes.touch("tags") {
            self.elb_tag(&live.id, &spec.tags).await?;
            return Ok(None);
        }
        Ok(Some(Live { spec: now, ..live.clone() }))
    }

    async fn destroy(&self, live: &LiveGroup) -> CloudResult<Departure> {
        self.elb.delete_target_group().target_group_arn(&live.id).send().await.accepting(GONE)?;
        Ok(Departure::Gone)
    }
}

fn live(
    group: types::TargetGroup,
    address: Address,
    drain_seconds: u32,
    tags: Tags,
) -> Option<LiveGroup> {
    let health = health(&group);
    let arn = group.target_group_arn?;
    let spec = TargetGroup {
        name: group.target_group_name.unwrap_or_default(),
        port: group.port.and_then(|port| port.try_into().ok()).unwrap_or_default(),
        vpc: Ref::known(group.vpc_id.unwrap_or_default()),
        health,
        drain_seconds,
        tags,
    };
    let metric_name = metric_name(&arn).to_owned();
    let outputs = TargetGroupOutputs { arn: arn.clone(), metric_name };
    Some(Live::ready(address, arn, spec, outputs))
}

fn health(group: &types::TargetGroup) -> HealthCheck {
    let statuses = group.matcher().and_then(Matcher::http_code);
    HealthCheck {
        protocol: group.health_check_protocol().map_or("", ProtocolEnum::as_str).to_owned(),
        port: group.health_check_port().unwrap_or_default().to_owned(),
        path: group.health_check_path().unwrap_or_default().to_owned(),
        statuses: statuses.unwrap_or_default().to_owned(),
        interval_seconds: group.health_check_interval_seconds.unwrap_or_default(),
        timeout_seconds: group.health_check_timeout_seconds.unwrap_or_default(),
        healthy: group.healthy_threshold_count.unwrap_or_default(),
        unhealthy: group.unhealthy_threshold_count.unwrap_or_default(),
    }
}

impl Aws {
    /// The target groups that the look may be for, by their names.
    async fn target_groups(
        &self,
        scope: &Scope<TargetGroup>,
    ) -> CloudResult<Vec<types::TargetGroup>> {
        let call = self.elb.describe_target_groups();
        if scope.reach == Reach::Stack {
            let pages = call.into_paginator().items().send();
            let mut found = pages.try_collect().await.or_cloud_error()?;
            found.retain(|each| each.target_group_name().is_some_and(|n| self.named_by_stack(n)));
            return Ok(found);
        }
        let name = scope.wanted.first().map(|(_, spec)| spec.name.clone());
        let call = match scope.id() {
            Some(arn) => call.target_group_arns(arn),
            None => call.set_names(name.map(|name| vec![name])),
        };
        let found = call.send().await.accepting(GONE)?;
        Ok(found.and_then(|answer| answer.target_groups).unwrap_or_default())
    }

    /// Sets the health check, and returns it.
    async fn check_health(
        &self,
        arn: &str,
        health: &HealthCheck,
    ) -> CloudResult<Option<HealthCheck>> {
        let call = checked!(self.elb.modify_target_group().target_group_arn(arn), health);
        let answer = call.send().await.or_cloud_error()?;
        Ok(answer.target_groups().first().map(self::health))
    }
}
