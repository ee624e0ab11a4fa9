//! A VPC: the private network that contains everything else.

use std::time::Duration;

use nk_model::{
    Calls, Charges, Grant, Identity, Kind, NameRule, Only, Operation, Replacement, Shown, Waiting,
    free,
};
use serde::{Deserialize, Serialize};

use super::{IN_USE, OBSTACLES, VPC, tag_new, unheard};
use crate::{Cidr, Tags, output};

output!(
    /// The id of a VPC.
    VpcId = "vpc", "id"
);

/// A VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Vpc {
    /// Its range, /16 to /28.
    pub cidr: Cidr,
    /// Whether the VPC resolves names. AWS turns it on in a new VPC.
    pub dns_support: bool,
    /// Whether instances get DNS names; needs `dns_support`.
    pub dns_hostnames: bool,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to a VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcOutputs {
    /// Such as `vpc-0a1b2c`.
    pub id: String,
}

impl Kind for Vpc {
    type Outputs = VpcOutputs;
    const KIND: &'static str = "vpc";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const NAME: Option<NameRule> = None;
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const IDENTITY: Identity = Identity { guarded: false, ..Identity::DEFAULT };
    const REPLACEMENT: Replacement = Replacement { immutable: &["cidr"], ..Replacement::DEFAULT };
    const WAITING: Waiting = Waiting {
        patience: Duration::from_mins(5),
        retry: &[IN_USE, unheard(Operation::Update, "InvalidVpcID.NotFound")],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 2, update: 1, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ec2:DescribeVpcs"]),
        Grant::look(&["ec2:DescribeVpcAttribute"]).on(VPC).only(Only::Tagged),
        Grant::make(&["ec2:CreateVpc"]).on(VPC).only(Only::Tagging),
        tag_new(&["CreateVpc"]).on(VPC),
        Grant::make(&["ec2:CreateTags", "ec2:ModifyVpcAttribute"]).on(VPC).only(Only::Tagged),
        Grant::remove(&["ec2:DeleteVpc"]).on(VPC).only(Only::Tagged),
        OBSTACLES,
    ];
}
