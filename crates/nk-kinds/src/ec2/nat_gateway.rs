//! A NAT gateway: the route to the internet for what has no public address.

use std::time::Duration;

use nk_model::{
    Calls, Charge, Charges, Grant, Kind, NameRule, Only, Operation, Ref, Replacement, Retry, Shown,
    Waiting,
};
use serde::{Deserialize, Serialize};

use super::{AllocationId, SubnetId, tag_new, unheard};
use crate::{Tags, output};

output!(
    /// The id of a NAT gateway.
    NatGatewayId = "nat-gateway", "id"
);

/// A zonal, public NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NatGateway {
    /// The public subnet that contains it.
    pub subnet: Ref<SubnetId>,
    /// Its public address.
    pub address: Ref<AllocationId>,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to a NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NatGatewayOutputs {
    /// Such as `nat-0a1b2c`.
    pub id: String,
}

/// Any NAT gateway.
const NAT: &[&str] = &["ec2:{region}:{account}:natgateway/*"];

/// The resources that a new one uses.
const SUBNET_AND_ADDRESS: &[&str] =
    &["ec2:{region}:{account}:elastic-ip/*", "ec2:{region}:{account}:subnet/*"];

impl Kind for NatGateway {
    type Outputs = NatGatewayOutputs;
    const KIND: &'static str = "nat-gateway";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const NAME: Option<NameRule> = None;
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = |_, _, billing| {
        vec![
            Charge::hourly("nat-gateway", 1.0),
            Charge::monthly("nat-gateway-data", billing.usage.nat_gb).by("nat-gb"),
        ]
    };
    const REPLACEMENT: Replacement = Replacement {
        immutable: &["subnet", "address"],
        gap: "private subnets cannot reach the internet through it",
        ..Replacement::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        // Two minutes are usual; AWS itself gives up after fifteen and reports `failed`.
        patience: Duration::from_mins(15),
        retry: &[
            unheard(Operation::Create, "InvalidAllocationID.NotFound"),
            unheard(Operation::Create, "InvalidSubnetID.NotFound"),
            // The previous one is deleted a little before it releases its address.
            Retry::new(Operation::Create, "Resource.AlreadyAssociated"),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 1, update: 1, destroy: 2 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ec2:DescribeNatGateways"]),
        Grant::make(&["ec2:CreateNatGateway"]).on(NAT).only(Only::Tagging),
        Grant::make(&["ec2:CreateNatGateway"]).on(SUBNET_AND_ADDRESS).only(Only::Tagged),
        tag_new(&["CreateNatGateway"]).on(NAT),
        Grant::make(&["ec2:CreateTags"]).on(NAT).only(Only::Tagged),
        Grant::remove(&["ec2:DeleteNatGateway"]).on(NAT).only(Only::Tagged),
    ];
}
