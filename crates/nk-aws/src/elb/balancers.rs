//! Finds load balancers, for themselves and for their listeners.

use std::sync::Arc;

use aws_sdk_ec2::types::Filter;
use aws_sdk_elasticloadbalancingv2::types::{self, LoadBalancerTypeEnum};
use nk_engine::{CloudResult, Pass, Scope};
use nk_kinds::{
    Tags,
    elb::{LoadBalancer, LoadBalancerOutputs},
};
use nk_model::{Live, Phase};

use super::{GONE, load_balancer::LiveBalancer, metric_name};
use crate::{Aws, sdk_error::SdkResult};

/// A load balancer and the tags that nk sets.
type Tagged = (types::LoadBalancer, Tags);

impl Aws {
    /// The application load balancer with this stack's name, and its tags.
    pub(super) async fn load_balancers(&self, pass: &Pass) -> CloudResult<Arc<Vec<Tagged>>> {
        let tagged = || async {
            let named = self.named_load_balancers(pass).await?;
            self.tagged_load_balancers(named.to_vec()).await
        };
        pass.once("elb load balancers", tagged).await
    }

    /// The load balancer with this stack's name, whoever owns it. The list of all is the account's.
    pub(super) async fn named_load_balancers(
        &self,
        pass: &Pass,
    ) -> CloudResult<Arc<Vec<types::LoadBalancer>>> {
        let named = || async {
            let call = self.elb.describe_load_balancers().names(LoadBalancer::called(&self.stack));
            let found = call.send().await.accepting(GONE)?;
            let mut found = found.and_then(|answer| answer.load_balancers).unwrap_or_default();
            found.retain(|each| each.r#type() == Some(&LoadBalancerTypeEnum::Application));
            Ok(found)
        };
        pass.once("elb load balancers by name", named).await
    }

    /// The load balancer with this id, or with the desired name.
    pub(super) async fn one_load_balancer(
        &self,
        scope: &Scope<LoadBalancer>,
    ) -> CloudResult<Vec<Tagged>> {
        let call = self.elb.describe_load_balancers();
        let name = scope.wanted.first().map(|(_, spec)| spec.name.clone());
        let call = match scope.id() {
            Some(arn) => call.load_balancer_arns(arn),
            None => call.set_names(name.map(|name| vec![name])),
        };
        let found = call.send().await.accepting(GONE)?;
        let found = found.and_then(|answer| answer.load_balancers).unwrap_or_default();
        self.tagged_load_balancers(found).await
    }

    async fn tagged_load_balancers(
        &self,
        mut found: Vec<types::LoadBalancer>,
    ) -> CloudResult<Vec<Tagged>> {
        found.retain(|each| each.r#type() == Some(&LoadBalancerTypeEnum::Application));
        let arns: Vec<_> = found.iter().filter_map(|each| each.load_balancer_arn.clone()).collect();
        let mut tags = self.elb_tags(&arns).await?;
        let tagged = |each: types::LoadBalancer| {
            let tags = tags.remove(each.load_balancer_arn()?)?;
            Some((each, tags))
        };
        Ok(found.into_iter().filter_map(tagged).collect())
    }

    /// The deleted load balancer with this id, while its network interfaces remain: they hold its
    /// security groups and subnets and the internet gateway.
    pub(super) async fn released_interfaces(
        &self,
        scope: &Scope<LoadBalancer>,
    ) -> CloudResult<Option<LiveBalancer>> {
        let (Some(arn), Some((address, spec)), true) =
            (scope.id(), scope.wanted.first(), scope.going)
        else {
            return Ok(None);
        };
        let description = format!("ELB {}", metric_name(arn));
        let filter = Filter::builder().name("description").values(description).build();
        let call = self.ec2.describe_network_interfaces().filters(filter).into_paginator();
        let found = call.items().send().try_collect().await.or_cloud_error()?;
        let ids: Vec<_> = found.iter().filter_map(|each| each.network_interface_id()).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let outputs = LoadBalancerOutputs {
            arn: arn.to_owned(),
            dns_name: String::new(),
            metric_name: metric_name(arn).to_owned(),
        };
        let word = format!("its network interfaces are being released: {}", ids.join(", "));
        let live = Live::ready(address.clone(), arn, spec.clone(), outputs);
        Ok(Some(live.in_phase(Phase::Leaving(word))))
    }
}
