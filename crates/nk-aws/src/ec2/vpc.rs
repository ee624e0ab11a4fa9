//! How EC2 creates a VPC.

use std::sync::Arc;

use aws_sdk_ec2::{
    operation::describe_vpcs::DescribeVpcsError,
    types::{self, AttributeBooleanValue, ResourceType, VpcAttributeName, VpcState},
};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Pass, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    ec2::{Vpc, VpcOutputs},
};
use nk_model::{Address, Change, Changes, Guard, Live, Phase};

use super::{filter, neighbour::Going, sought, tagged};
use crate::{
    Aws,
    retry::once,
    sdk_error::{SdkResult, garbled},
};

/// EC2's code for a missing VPC.
const MISSING: &[&str] = &["InvalidVpcID.NotFound"];

impl Reconcile<Vpc> for Aws {
    async fn observe(&self, scope: &Scope<Vpc>) -> CloudResult<Vec<Live<Vpc, VpcOutputs>>> {
        let vpcs = match scope.reach {
            Reach::Stack => self.vpcs(&scope.pass).await?.to_vec(),
            Reach::One(_) => self.described_vpcs(self.ec2_filter(scope, "vpc-id")).await?,
        };
        let found = sought(scope, vpcs.into_iter().map(|vpc| self.vpc(vpc)))?;
        let found = try_join_all(found.into_iter().map(|live| self.with_dns_flags(live))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn create(&self, spec: &Vpc, _: &Address) -> CloudResult<Option<Live<Vpc, VpcOutputs>>> {
        // There is no token and no unique name: a second attempt of the SDK could create a second
        // VPC.
        let answer = self
            .ec2
            .create_vpc()
            .cidr_block(spec.cidr.to_string())
            .tag_specifications(tagged(ResourceType::Vpc, &spec.tags))
            .customize()
            .config_override(once!(aws_sdk_ec2))
            .send()
            .await
            .or_cloud_error()?;
        answer.vpc.map_or(Ok(None), |vpc| self.vpc(vpc))
    }

    async fn update(
        &self,
        spec: &Vpc,
        live: &Live<Vpc, VpcOutputs>,
        changes: &[Change],
    ) -> CloudResult<Option<Live<Vpc, VpcOutputs>>> {
        let value = |on| AttributeBooleanValue::builder().value(on).build();
        // A call sets one attribute. Host names need support to be on before, and off after.
        let support = changes.touch("dns-support").then(|| {
            let call = self.ec2.modify_vpc_attribute().vpc_id(&live.id);
            call.enable_dns_support(value(spec.dns_support))
        });
        let hostnames = changes.touch("dns-hostnames").then(|| {
            let call = self.ec2.modify_vpc_attribute().vpc_id(&live.id);
            call.enable_dns_hostnames(value(spec.dns_hostnames))
        });
        let calls = if spec.dns_support { [support, hostnames] } else { [hostnames, support] };
        for call in calls.into_iter().flatten() {
            call.send().await.or_cloud_error()?;
        }
        if changes.touch("tags") {
            self.ec2_tag(&live.id, &spec.tags).await?;
        }
        // A look right after this may still show the old values; the answers are the better proof.
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &Live<Vpc, VpcOutputs>) -> CloudResult<Departure> {
        let answer = self.ec2.delete_vpc().vpc_id(&live.id).send().await.accepting(MISSING);
        self.naming_obstacles(answer, &live.id, Going::Vpc).await?;
        Ok(Departure::Gone)
    }

    async fn guards(&self, live: &Live<Vpc, VpcOutputs>) -> CloudResult<Vec<Guard>> {
        self.others_in(&live.address, &live.id).await
    }
}

impl Aws {
    /// The VPCs with this stack's tag. Security groups are looked for in them as well.
    pub(super) async fn vpcs(&self, pass: &Pass) -> CloudResult<Arc<Vec<types::Vpc>>> {
        let ours = filter(&format!("tag:{}", Tags::STACK), [self.stack.prefix()]);
        pass.once("ec2 VPCs", || self.described_vpcs(ours)).await
    }

    async fn described_vpcs(&self, filter: types::Filter) -> CloudResult<Vec<types::Vpc>> {
        let pages = self.ec2.describe_vpcs().filters(filter).into_paginator().items().send();
        pages.try_collect().await.or_cloud_error()
    }

    /// A VPC of this stack as its description shows it, with the DNS flags of a new one.
    fn vpc(&self, vpc: types::Vpc) -> CloudResult<Option<Live<Vpc, VpcOutputs>>> {
        let (Some((address, tags)), Some(id)) = (self.ec2_owned(vpc.tags), vpc.vpc_id) else {
            return Ok(None);
        };
        let cidr = vpc.cidr_block.unwrap_or_default();
        let cidr = cidr.parse().map_err(|error| garbled::<DescribeVpcsError>(&error))?;
        let phase = match vpc.state {
            Some(VpcState::Available) => Phase::Ready,
            state => Phase::Busy(state.map_or_else(|| "pending".into(), |state| state.to_string())),
        };
        let spec = Vpc { cidr, dns_support: true, dns_hostnames: false, tags };
        let outputs = VpcOutputs { id: id.clone() };
        // EC2 refuses to delete a VPC that contains anything, so deleting a twin is safe.
        let live = Live { vacant: true, ..Live::ready(address, id, spec, outputs) };
        Ok(Some(live.in_phase(phase)))
    }

    /// The same VPC with its live DNS flags; none if it was deleted in the meantime.
    async fn with_dns_flags(
        &self,
        live: Live<Vpc, VpcOutputs>,
    ) -> CloudResult<Option<Live<Vpc, VpcOutputs>>> {
        let (support, hostnames) = tokio::try_join!(
            self.vpc_attribute(&live.id, VpcAttributeName::EnableDnsSupport),
            self.vpc_attribute(&live.id, VpcAttributeName::EnableDnsHostnames),
        )?;
        let (Some(dns_support), Some(dns_hostnames)) = (support, hostnames) else {
            return Ok(None);
        };
        let spec = Vpc { dns_support, dns_hostnames, ..live.spec.clone() };
        Ok(Some(Live { spec, ..live }))
    }

    async fn vpc_attribute(&self, id: &str, name: VpcAttributeName) -> CloudResult<Option<bool>> {
        let call = self.ec2.describe_vpc_attribute().vpc_id(id).attribute(name).send().await;
        let answer = call.accepting(MISSING)?;
        Ok(answer.map(|answer| {
            let value = answer.enable_dns_support.or(answer.enable_dns_hostnames);
            value.and_then(|value| value.value).unwrap_or(false)
        }))
    }
}
