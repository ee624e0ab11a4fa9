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
    /// The VPC that contains it.
    pub vpc: Ref<VpcId>,
    /// Its range, /16 to /28, within that of the VPC.
    pub cidr: Cidr,
    /// The availability zone, such as `ap-northeast-1a`.
    pub zone: String,
    /// Whether what starts in it gets a public address by default. Load balancers and NAT gateways
    /// have theirs in any case.
    pub public_addresses: bool,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to a subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetOutputs {
    /// Such as `subnet-0a1b2c`.
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
        // The addresses contain the number of the zone in the stack file; the ranges of the subnets
        // do not depend on it.
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
