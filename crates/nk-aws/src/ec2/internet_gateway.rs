//! How EC2 creates an internet gateway.

use aws_sdk_ec2::types::{self, AttachmentStatus, ResourceType};
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{InternetGateway, InternetGatewayOutputs};
use nk_model::{Address, Change, Changes, Live, Phase, Ref};

use super::{neighbour::Going, sought, tagged};
use crate::{Aws, retry::once, sdk_error::SdkResult};

/// EC2's code for a missing gateway.
const MISSING: &str = "InvalidInternetGatewayID.NotFound";

type LiveGateway = Live<InternetGateway, InternetGatewayOutputs>;

impl Reconcile<InternetGateway> for Aws {
    async fn observe(&self, scope: &Scope<InternetGateway>) -> CloudResult<Vec<LiveGateway>> {
        let filter = self.ec2_filter(scope, "internet-gateway-id");
        let pages = self.ec2.describe_internet_gateways().filters(filter).into_paginator();
        let gateways = pages.items().send().try_collect().await.or_cloud_error()?;
        sought(scope, gateways.into_iter().map(|gateway| Ok(self.internet_gateway(gateway))))
    }

    async fn create(
        &self,
        spec: &InternetGateway,
        _: &Address,
    ) -> CloudResult<Option<LiveGateway>> {
        // There is no token and no unique name: a second attempt of the SDK could create a second
        // gateway.
        let answer = self
            .ec2
            .create_internet_gateway()
            .tag_specifications(tagged(ResourceType::InternetGateway, &spec.tags))
            .customize()
            .config_override(once!(aws_sdk_ec2))
            .send()
            .await
            .or_cloud_error()?;
        Ok(answer.internet_gateway.and_then(|gateway| self.internet_gateway(gateway)))
    }

    async fn update(
        &self,
        spec: &InternetGateway,
        live: &LiveGateway,
        changes: &[Change],
    ) -> CloudResult<Option<LiveGateway>> {
        let moves = changes.touch("vpc");
        if moves {
            self.detach(live).await?;
            if let Some(vpc) = &spec.vpc {
                let call = self.ec2.attach_internet_gateway().internet_gateway_id(&live.id);
                let call = call.vpc_id(vpc.as_str()).send().await;
                // The next look shows whether it is available, or to what it is already attached.
                let attached = &["Resource.AlreadyAssociated"];
                call.accepting(attached)?;
            }
        }
        if changes.touch("tags") {
            self.ec2_tag(&live.id, &spec.tags).await?;
        }
        Ok((!moves).then(|| live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveGateway) -> CloudResult<Departure> {
        self.detach(live).await?;
        let call = self.ec2.delete_internet_gateway().internet_gateway_id(&live.id).send().await;
        call.accepting(&[MISSING])?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    fn internet_gateway(&self, gateway: types::InternetGateway) -> Option<LiveGateway> {
        let (address, tags) = self.ec2_owned(gateway.tags)?;
        let id = gateway.internet_gateway_id?;
        let detached = Some(AttachmentStatus::Detached);
        let mut attachments = gateway.attachments.unwrap_or_default().into_iter();
        let attachment = attachments.find(|each| each.state != detached);
        let phase = match attachment.as_ref().and_then(|attachment| attachment.state.as_ref()) {
            Some(state @ (AttachmentStatus::Attaching | AttachmentStatus::Detaching)) => {
                Phase::Busy(state.to_string())
            }
            _ => Phase::Ready,
        };
        let vacant = attachment.is_none();
        let vpc = attachment.and_then(|attachment| attachment.vpc_id).map(Ref::known);
        let outputs = InternetGatewayOutputs { id: id.clone() };
        let live = Live::ready(address, id, InternetGateway { vpc, tags }, outputs);
        Some(Live { vacant, ..live }.in_phase(phase))
    }

    /// Detaches a gateway from its VPC, if it is attached.
    async fn detach(&self, live: &LiveGateway) -> CloudResult<()> {
        let Some(vpc) = &live.spec.vpc else { return Ok(()) };
        let call = self.ec2.detach_internet_gateway().internet_gateway_id(&live.id);
        let call = call.vpc_id(vpc.as_str()).send().await;
        let answer = call.accepting(&["Gateway.NotAttached", MISSING]);
        self.naming_obstacles(answer, vpc.as_str(), Going::Gateway).await?;
        Ok(())
    }
}
