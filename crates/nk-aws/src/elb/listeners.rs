//! Finds listeners, through their load balancers.

use std::collections::HashMap;

use aws_sdk_elasticloadbalancingv2::types;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Reach, Scope};
use nk_kinds::{
    Tags,
    elb::{Listener, LoadBalancerArn},
};
use nk_model::{Address, Owner, Ref};

use super::GONE;
use crate::{Aws, sdk_error::SdkResult};

/// The listeners of a load balancer, and the placeholder that may stand for it in a desired
/// listener.
type Listeners = (Vec<types::Listener>, Option<Ref<LoadBalancerArn>>);

impl Aws {
    /// The listeners that are looked for, by load balancer.
    pub(super) async fn listeners_by_balancer(
        &self,
        scope: &Scope<Listener>,
    ) -> CloudResult<Vec<Listeners>> {
        if scope.reach != Reach::Stack {
            let known = scope.wanted.iter().filter(|(_, spec)| spec.load_balancer.is_known());
            let calls = known.map(|(_, spec)| self.listeners(spec.load_balancer.as_str()));
            let found = try_join_all(calls).await?;
            return Ok(found.into_iter().map(|listeners| (listeners, None)).collect());
        }
        // Their owners are read at the same time.
        let listeners = async {
            let named = self.named_load_balancers(&scope.pass).await?;
            let arns = named.iter().filter_map(|each| each.load_balancer_arn.as_deref());
            let calls = arns.map(|arn| async move { Ok((arn, self.listeners(arn).await?)) });
            let found = try_join_all(calls).await?.into_iter();
            Ok(found.map(|(arn, found)| (arn.to_owned(), found)).collect::<HashMap<_, _>>())
        };
        let (mut listeners, balancers) =
            tokio::try_join!(listeners, self.load_balancers(&scope.pass))?;
        let ours = balancers.iter().filter_map(|(balancer, tags)| {
            let address = tags.address(&self.stack)?;
            let found = listeners.remove(balancer.load_balancer_arn()?)?;
            Some((found, Some(Ref::to(address.name()))))
        });
        Ok(ours.collect())
    }

    /// The listeners of a load balancer; none if it does not exist.
    async fn listeners(&self, balancer: &str) -> CloudResult<Vec<types::Listener>> {
        let call = self.elb.describe_listeners().load_balancer_arn(balancer);
        let found = call.into_paginator().items().send().try_collect().await;
        Ok(found.accepting(GONE)?.unwrap_or_default())
    }

    /// The address and the owner of a listener: one on the port of a desired listener without the
    /// stack's tags is in its way.
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
