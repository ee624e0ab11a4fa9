//! How EC2 creates a subnet.

use aws_sdk_ec2::{
    operation::describe_subnets::DescribeSubnetsError,
    types::{self, AttributeBooleanValue, ResourceType, SubnetState},
};
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{Subnet, SubnetOutputs};
use nk_model::{Address, Change, Changes, Live, Phase, Ref};

use super::{neighbour::Going, sought, tagged};
use crate::{
    Aws,
    sdk_error::{SdkResult, garbled},
};

impl Reconcile<Subnet> for Aws {
    async fn observe(
        &self,
        scope: &Scope<Subnet>,
    ) -> CloudResult<Vec<Live<Subnet, SubnetOutputs>>> {
        let call = self.ec2.describe_subnets().filters(self.ec2_filter(scope, "subnet-id"));
        let pages = call.into_paginator().items().send();
        let subnets = pages.try_collect().await.or_cloud_error()?;
        sought(scope, subnets.into_iter().map(|subnet| self.subnet(subnet)))
    }

    async fn create(
        &self,
        spec: &Subnet,
        address: &Address,
    ) -> CloudResult<Option<Live<Subnet, SubnetOutputs>>> {
        let call = self
            .ec2
            .create_subnet()
            .vpc_id(spec.vpc.as_str())
            .cidr_block(spec.cidr.to_string())
            .availability_zone(&spec.zone)
            .tag_specifications(tagged(ResourceType::Subnet, &spec.tags));
        match call.send().await.or_cloud_error() {
            Ok(answer) => answer.subnet.map_or(Ok(None), |subnet| self.subnet(subnet)),
            // The SDK repeats a call whose answer was lost, and then finds what it created itself.
            Err(error) if error.is("InvalidSubnet.Conflict") => {
                let scope = Scope::one(address.clone(), spec.clone(), None);
                let made = |live: &Live<Subnet, SubnetOutputs>| {
                    live.spec.vpc == spec.vpc && live.spec.cidr == spec.cidr
                };
                let found = self.observe(&scope).await?;
                found.into_iter().find(made).map_or(Err(error), |live| Ok(Some(live)))
            }
            Err(error) => Err(error),
        }
    }

    async fn update(
        &self,
        spec: &Subnet,
        live: &Live<Subnet, SubnetOutputs>,
        changes: &[Change],
    ) -> CloudResult<Option<Live<Subnet, SubnetOutputs>>> {
        if changes.touch("public-addresses") {
            let value = AttributeBooleanValue::builder().value(spec.public_addresses).build();
            let call = self.ec2.modify_subnet_attribute().subnet_id(&live.id);
            call.map_public_ip_on_launch(value).send().await.or_cloud_error()?;
        }
        if changes.touch("tags") {
            self.ec2_tag(&live.id, &spec.tags).await?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &Live<Subnet, SubnetOutputs>) -> CloudResult<Departure> {
        let call = self.ec2.delete_subnet().subnet_id(&live.id).send().await;
        let answer = call.accepting(&["InvalidSubnetID.NotFound"]);
        let going = Going::Subnet(&live.id);
        self.naming_obstacles(answer, live.spec.vpc.as_str(), going).await?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    fn subnet(&self, subnet: types::Subnet) -> CloudResult<Option<Live<Subnet, SubnetOutputs>>> {
        let (Some((address, tags)), Some(id)) = (self.ec2_owned(subnet.tags), subnet.subnet_id)
        else {
            return Ok(None);
        };
        let cidr = subnet.cidr_block.unwrap_or_default();
        let garbled = |error| garbled::<DescribeSubnetsError>(&error);
        let phase = match subnet.state {
            Some(SubnetState::Available) => Phase::Ready,
            Some(state @ (SubnetState::Failed | SubnetState::FailedInsufficientCapacity)) => {
                Phase::Failed(state.to_string())
            }
            state => Phase::Busy(state.map_or_else(|| "pending".into(), |state| state.to_string())),
        };
        let spec = Subnet {
            vpc: Ref::known(subnet.vpc_id.unwrap_or_default()),
            cidr: cidr.parse().map_err(garbled)?,
            zone: subnet.availability_zone.unwrap_or_default(),
            public_addresses: subnet.map_public_ip_on_launch.unwrap_or(false),
            tags,
        };
        let outputs = SubnetOutputs { id: id.clone() };
        Ok(Some(Live::ready(address, id, spec, outputs).in_phase(phase)))
    }
}
