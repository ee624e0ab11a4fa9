//! Finding listeners, through their load balancers.

use aws_sdk_elasticloadbalancingv2::types;
use nk_engine::{CloudResult, Reach, Scope};
use nk_kinds::{
    Tags,
    elb::{Listener, LoadBalancerArn},
};
use nk_model::{Address, Owner, Ref};

use super::load_balancer::MISSING;
use crate::{Aws, rim::Refused};

/// The ARN of a load balancer, and the placeholder that may stand for it in a wanted listener.
type Balancer = (String, Option<Ref<LoadBalancerArn>>);

impl Aws {
    /// The ARNs of the load balancers whose listeners are looked for, each with the placeholder
    /// that may stand for it in a wanted listener.
    pub(super) async fn balancers_of(&self, scope: &Scope<Listener>) -> CloudResult<Vec<Balancer>> {
        if scope.reach != Reach::Stack {
            let known = scope.wanted.iter().filter(|(_, spec)| spec.load_balancer.is_known());
            return Ok(known.map(|(_, spec)| (spec.load_balancer.to_string(), None)).collect());
        }
        let balancers = self.load_balancers(&scope.pass).await?;
        let ours = balancers.iter().filter_map(|(balancer, tags)| {
            let address = tags.address(&self.stack)?;
            Some((balancer.load_balancer_arn.clone()?, Some(Ref::to(address.name()))))
        });
        Ok(ours.collect())
    }

    /// The listeners of a load balancer; none where it is gone.
    pub(super) async fn listeners(&self, balancer: &str) -> CloudResult<Vec<types::Listener>> {
        let call = self.elb.describe_listeners().load_balancer_arn(balancer);
        let found = call.into_paginator().items().send().try_collect().await;
        let operation = "elasticloadbalancing:DescribeListeners";
        let found = found.unless_missing(operation, MISSING)?;
        Ok(found.unwrap_or_default())
    }

    /// The address of a listener and whose it is: what listens without our tags on the port of a
    /// wanted one stands in its way.
    pub(super) fn listener_place(
        &self,
        scope: &Scope<Listener>,
        listener: &types::Listener,
        placeholder: Option<&Ref<LoadBalancerArn>>,
        tags: &Tags,
    ) -> Option<(Address, Owner)> {
        if let Some(address) = tags.address(&self.stack) {
            return scope.covers(&address).then_some((address, Owner::Ours));
        }
        let same_place = |spec: &Listener| {
            let same = listener.load_balancer_arn() == Some(spec.load_balancer.as_str())
                || placeholder == Some(&spec.load_balancer);
            same && listener.port == Some(spec.port)
        };
        let (address, _) = scope.wanted.iter().find(|(_, spec)| same_place(spec))?;
        Some((address.clone(), tags.owner(&self.stack, address)))
    }
}
