//! How ELB makes an application load balancer.

use aws_sdk_ec2::types::Filter;
use aws_sdk_elasticloadbalancingv2::types::{
    self, IpAddressType, LoadBalancerAttribute, LoadBalancerSchemeEnum as Scheme,
    LoadBalancerStateEnum as State, LoadBalancerTypeEnum,
};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    elb::{LoadBalancer, LoadBalancerOutputs},
};
use nk_model::{Address, Change, Changes, Guard, Live, Phase, Ref};

use super::{metric_name, sdk_tags};
use crate::{Aws, rim::Refused};

/// The attribute that makes ELB refuse to delete a load balancer.
const PROTECTION: &str = "deletion_protection.enabled";
/// How ELB says that a load balancer is gone.
pub(super) const MISSING: &[&str] = &["LoadBalancerNotFound"];

type LiveBalancer = Live<LoadBalancer, LoadBalancerOutputs>;

impl Reconcile<LoadBalancer> for Aws {
    async fn observe(&self, scope: &Scope<LoadBalancer>) -> CloudResult<Vec<LiveBalancer>> {
        let found = match &scope.reach {
            Reach::Stack => self.load_balancers(&scope.pass).await?.to_vec(),
            Reach::One(_) => self.one_load_balancer(scope).await?,
        };
        let found = found.into_iter().filter_map(|(balancer, tags)| {
            let name = balancer.load_balancer_name.as_deref().unwrap_or_default();
            let (address, owner) = self.holder(scope, |spec| spec.name == name, &tags)?;
            Some(live(balancer, address, tags)?.owned_by(owner))
        });
        let found = try_join_all(found.map(|live| self.with_protection(live))).await?;
        let mut found: Vec<_> = found.into_iter().flatten().collect();
        if found.is_empty() {
            found.extend(self.released_interfaces(scope).await?);
        }
        Ok(found)
    }

    async fn create(
        &self,
        spec: &LoadBalancer,
        address: &Address,
    ) -> CloudResult<Option<LiveBalancer>> {
        let scheme = if spec.internet_facing { Scheme::InternetFacing } else { Scheme::Internal };
        // Sent again with the same settings, ELB answers with the one that is there.
        let answer = self
            .elb
            .create_load_balancer()
            .name(&spec.name)
            .r#type(LoadBalancerTypeEnum::Application)
            .scheme(scheme)
            .ip_address_type(IpAddressType::Ipv4)
            .set_subnets(texts(&spec.subnets))
            .set_security_groups(texts(&spec.security_groups))
            .set_tags(sdk_tags(&spec.tags))
            .send()
            .await
            .refused("elasticloadbalancing:CreateLoadBalancer")?;
        let made = answer.load_balancers.unwrap_or_default().into_iter().next();
        Ok(made.and_then(|balancer| live(balancer, address.clone(), spec.tags.clone())))
    }

    async fn update(
        &self,
        spec: &LoadBalancer,
        live: &LiveBalancer,
        changes: &[Change],
    ) -> CloudResult<Option<LiveBalancer>> {
        if changes.touch("subnets") {
            let call = self.elb.set_subnets().load_balancer_arn(&live.id);
            let call = call.set_subnets(texts(&spec.subnets)).send().await;
            call.refused("elasticloadbalancing:SetSubnets")?;
        }
        if changes.touch("security-groups") {
            let call = self.elb.set_security_groups().load_balancer_arn(&live.id);
            let call = call.set_security_groups(texts(&spec.security_groups)).send().await;
            call.refused("elasticloadbalancing:SetSecurityGroups")?;
        }
        if changes.touch("protected") {
            self.protect(&live.id, spec.protected).await?;
        }
        if changes.touch("tags") {
            self.elb_tag(&live.id, &spec.tags).await?;
        }
        Ok(None)
    }

    async fn destroy(&self, live: &LiveBalancer) -> CloudResult<Departure> {
        let call = self.elb.delete_load_balancer().load_balancer_arn(&live.id).send().await;
        call.unless_missing("elasticloadbalancing:DeleteLoadBalancer", MISSING)?;
        // Even where it was gone before: its network interfaces outlive it.
        Ok(Departure::Going)
    }

    async fn guards(&self, live: &LiveBalancer) -> CloudResult<Vec<Guard>> {
        let reason = "deletion protection is on".to_owned();
        let guard = Guard { address: live.address.clone(), reason, liftable: true };
        Ok(live.spec.protected.then_some(guard).into_iter().collect())
    }

    async fn unprotect(&self, live: &LiveBalancer) -> CloudResult<()> {
        self.protect(&live.id, false).await
    }
}

fn texts<'a, T: nk_model::Output>(
    references: impl IntoIterator<Item = &'a Ref<T>>,
) -> Option<Vec<String>> {
    Some(references.into_iter().map(|reference| reference.as_str().to_owned()).collect())
}

/// A load balancer as its description shows it: not protected, as a new one is.
fn live(balancer: types::LoadBalancer, address: Address, tags: Tags) -> Option<LiveBalancer> {
    let arn = balancer.load_balancer_arn?;
    let zones = balancer.availability_zones.unwrap_or_default();
    let spec = LoadBalancer {
        name: balancer.load_balancer_name.unwrap_or_default(),
        internet_facing: balancer.scheme == Some(Scheme::InternetFacing),
        subnets: zones.into_iter().filter_map(|zone| zone.subnet_id.map(Ref::known)).collect(),
        security_groups: balancer
            .security_groups
            .unwrap_or_default()
            .into_iter()
            .map(Ref::known)
            .collect(),
        protected: false,
        tags,
    };
    let outputs = LoadBalancerOutputs {
        metric_name: metric_name(&arn).to_owned(),
        dns_name: balancer.dns_name.unwrap_or_default(),
        arn: arn.clone(),
    };
    let (code, reason) = balancer.state.map_or((None, None), |state| (state.code, state.reason));
    let reason = reason.unwrap_or_else(|| "without a reason".into());
    let mut live = Live::ready(address, arn, spec, outputs);
    match code {
        Some(State::Active) => {}
        Some(State::ActiveImpaired) => {
            live.notes.push(format!("AWS says that it is impaired: {reason}"));
        }
        Some(State::Failed) => live.phase = Phase::Failed(reason),
        code => {
            let word = code.map_or_else(|| "provisioning".into(), |code| code.to_string());
            live.phase = Phase::Busy(word);
        }
    }
    Some(live)
}

impl Aws {
    /// The same load balancer with its protection as it is; none where it went in the meantime.
    async fn with_protection(&self, live: LiveBalancer) -> CloudResult<Option<LiveBalancer>> {
        let call = self.elb.describe_load_balancer_attributes().load_balancer_arn(&live.id);
        let operation = "elasticloadbalancing:DescribeLoadBalancerAttributes";
        let answer = call.send().await.unless_missing(operation, MISSING)?;
        Ok(answer.map(|answer| {
            let attributes = answer.attributes.unwrap_or_default();
            let protected = attributes.iter().any(|each| {
                each.key.as_deref() == Some(PROTECTION) && each.value.as_deref() == Some("true")
            });
            Live { spec: LoadBalancer { protected, ..live.spec.clone() }, ..live }
        }))
    }

    async fn protect(&self, arn: &str, protected: bool) -> CloudResult<()> {
        let value = protected.to_string();
        let attribute = LoadBalancerAttribute::builder().key(PROTECTION).value(value).build();
        let call = self.elb.modify_load_balancer_attributes().load_balancer_arn(arn);
        let call = call.attributes(attribute).send().await;
        call.refused("elasticloadbalancing:ModifyLoadBalancerAttributes").map(drop)
    }

    /// The load balancer of this id, now gone, as long as it leaves network interfaces behind:
    /// they hold its security groups and subnets and the internet gateway.
    async fn released_interfaces(
        &self,
        scope: &Scope<LoadBalancer>,
    ) -> CloudResult<Option<LiveBalancer>> {
        let (Some(arn), Some((address, spec))) = (scope.id(), scope.wanted.first()) else {
            return Ok(None);
        };
        let description = format!("ELB {}", metric_name(arn));
        let filter = Filter::builder().name("description").values(description).build();
        let call = self.ec2.describe_network_interfaces().filters(filter).into_paginator();
        let found = call.items().send().try_collect().await;
        let found = found.refused("ec2:DescribeNetworkInterfaces")?;
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
