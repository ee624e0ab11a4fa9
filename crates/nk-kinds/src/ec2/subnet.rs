//! A subnet: a part of a VPC's addresses in one zone.

use nk_model::{
    Charges, Grant, Identity, Kind, NameRule, Only, Operation, Ref, Replace, Replacement, Shown,
    Waiting, free,
};
use serde::{Deserialize, Serialize};

use super::{IN_USE, OBSTACLES, VPC, VpcId, tag_new, unheard};
use crate::{Cidr, Tags, output};

output!(
    /// The id of a subnet.
    SubnetId = "subnet", "id"
);

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Subnet {
    /// The VPC it is a part of.
    pub vpc: Ref<VpcId>,
    /// Its addresses, /16 to /28, within the VPC's.
    pub cidr: Cidr,
    /// The availability zone, as in `ap-northeast-1a`.
    pub zone: String,
    /// Whether what starts in it gets a public address unasked. Load balancers and NAT gateways
    /// have theirs without it.
    pub public_addresses: bool,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to a subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetOutputs {
    /// As in `subnet-0a1b2c`.
    pub id: String,
}

/// Any subnet.
const SUBNET: &[&str] = &["ec2:{region}:{account}:subnet/*"];

impl Kind for Subnet {
    type Outputs = SubnetOutputs;
    const KIND: &'static str = "subnet";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const NAME: Option<NameRule> = None;
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const IDENTITY: Identity = Identity {
        // The zones of a stack file are counted; the ranges of their subnets are not.
        moves: true,
        ..Identity::DEFAULT
    };
    const REPLACEMENT: Replacement = Replacement {
        immutable: &["vpc", "cidr", "zone"],
        how: Replace::CreateFirst(&["vpc", "cidr"]),
        ..Replacement::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        retry: &[
            IN_USE,
            unheard(Operation::Create, "InvalidVpcID.NotFound"),
            unheard(Operation::Update, "InvalidSubnetID.NotFound"),
        ],
        ..Waiting::DEFAULT
    };
    const EXCLUDES: Option<fn(&Self, &Self) -> bool> =
        Some(|one, other| one.vpc == other.vpc && one.cidr.overlaps(other.cidr));
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ec2:DescribeSubnets"]),
        Grant::make(&["ec2:CreateSubnet"]).on(SUBNET).only(Only::Tagging),
        Grant::make(&["ec2:CreateSubnet"]).on(VPC).only(Only::Tagged),
        tag_new(&["CreateSubnet"]).on(SUBNET),
        Grant::make(&["ec2:CreateTags", "ec2:ModifySubnetAttribute"]).on(SUBNET).only(Only::Tagged),
        Grant::remove(&["ec2:DeleteSubnet"]).on(SUBNET).only(Only::Tagged),
        OBSTACLES,
    ];
}
