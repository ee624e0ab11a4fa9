//! How EC2 creates a NAT gateway.

use aws_sdk_ec2::types::{self, NatGatewayState, ResourceType};
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{NatGateway, NatGatewayOutputs};
use nk_model::{Address, Change, Changes, Live, Phase, Ref};

use super::{filter, sought, tagged};
use crate::{Aws, sdk_error::SdkResult};

/// The states of a gateway that exists. AWS lists `deleted` and `failed` ones, with their tags, for
/// about an hour and then removes them.
const ALIVE: [NatGatewayState; 3] =
    [NatGatewayState::Pending, NatGatewayState::Available, NatGatewayState::Deleting];

type LiveGateway = Live<NatGateway, NatGatewayOutputs>;

impl Reconcile<NatGateway> for Aws {
    async fn observe(&self, scope: &Scope<NatGateway>) -> CloudResult<Vec<LiveGateway>> {
        let mut call =
            self.ec2.describe_nat_gateways().filter(self.ec2_filter(scope, "nat-gateway-id"));
        // Only the step that has just created this gateway needs to know that it failed, and why;
        // for a deletion it is gone.
        let failed_too = scope.id().is_some() && !scope.going;
        if scope.id().is_none() {
            call = call.filter(filter("state", ALIVE.iter().map(NatGatewayState::as_str)));
        }
        let pages = call.into_paginator().items().send();
        let gateways = pages.try_collect().await.or_cloud_error()?;
        let counts = |gateway: &types::NatGateway| match &gateway.state {
            Some(NatGatewayState::Failed) => failed_too,
            Some(NatGatewayState::Deleted) => false,
            _ => true,
        };
        let found = gateways.into_iter().filter(counts);
        sought(scope, found.map(|gateway| Ok(self.nat_gateway(gateway))))
    }

    async fn create(&self, spec: &NatGateway, _: &Address) -> CloudResult<Option<LiveGateway>> {
        // The SDK fills in the token, so its own second attempt creates no second gateway.
        let answer = self
            .ec2
            .create_nat_gateway()
            .subnet_id(spec.subnet.as_str())
            .allocation_id(spec.address.as_str())
            .tag_specifications(tagged(ResourceType::Natgateway, &spec.tags))
            .send()
            .await
            .or_cloud_error()?;
        Ok(answer.nat_gateway.and_then(|gateway| self.nat_gateway(gateway)))
    }

    async fn update(
        &self,
        spec: &NatGateway,
        live: &LiveGateway,
        changes: &[Change],
    ) -> CloudResult<Option<LiveGateway>> {
        if changes.touch("tags") {
            self.ec2_tag(&live.id, &spec.tags).await?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveGateway) -> CloudResult<Departure> {
        let call = self.ec2.delete_nat_gateway().nat_gateway_id(&live.id).send().await;
        let answer = call.accepting(&["NatGatewayNotFound"])?;
        Ok(answer.map_or(Departure::Gone, |_| Departure::Going))
    }
}

impl Aws {
    fn nat_gateway(&self, gateway: types::NatGateway) -> Option<LiveGateway> {
        let (address, tags) = self.ec2_owned(gateway.tags)?;
        let id = gateway.nat_gateway_id?;
        let phase = match gateway.state {
            Some(NatGatewayState::Available) => Phase::Ready,
            Some(NatGatewayState::Deleting) => Phase::Leaving("deleting".into()),
            Some(NatGatewayState::Failed) => {
                let reason = [gateway.failure_code, gateway.failure_message];
                Phase::Failed(reason.into_iter().flatten().collect::<Vec<_>>().join(": "))
            }
            state => Phase::Busy(state.map_or_else(|| "pending".into(), |state| state.to_string())),
        };
        let addresses = gateway.nat_gateway_addresses.unwrap_or_default();
        // If there is only one address, it may not be marked as the primary one.
        let primary = addresses.iter().find(|each| each.is_primary == Some(true));
        let allocation =
            primary.or(addresses.first()).and_then(|each| each.allocation_id.as_deref());
        let spec = NatGateway {
            subnet: Ref::known(gateway.subnet_id.unwrap_or_default()),
            address: Ref::known(allocation.unwrap_or_default()),
            tags,
        };
        let outputs = NatGatewayOutputs { id: id.clone() };
        Some(Live::ready(address, id, spec, outputs).in_phase(phase))
    }
}
