//! An internet gateway: the connection of a VPC to the internet.

use std::time::Duration;

use nk_model::{
    Calls, Charges, Grant, Identity, Kind, NameRule, Only, Operation, Ref, Replacement, Shown,
    Ties, Waiting, free,
};
use serde::{Deserialize, Serialize};

use super::{IN_USE, OBSTACLES, VpcId, tag_new, unheard, unready};
use crate::{Tags, output};

output!(
    /// The id of an internet gateway.
    InternetGatewayId = "internet-gateway", "id"
);

/// An internet gateway, attached to a VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InternetGateway {
    /// The VPC to which it is attached; none for a live one that is detached.
    pub vpc: Option<Ref<VpcId>>,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to an internet gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternetGatewayOutputs {
    /// Such as `igw-0a1b2c`.
    pub id: String,
}

/// Any internet gateway.
const GATEWAY: &[&str] = &["ec2:{region}:{account}:internet-gateway/*"];

/// The actions for attaching it.
const GATEWAY_AND_VPC: &[&str] =
    &["ec2:{region}:{account}:internet-gateway/*", "ec2:{region}:{account}:vpc/*"];

impl Kind for InternetGateway {
    type Outputs = InternetGatewayOutputs;
    const KIND: &'static str = "internet-gateway";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const NAME: Option<NameRule> = None;
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const IDENTITY: Identity = Identity { guarded: false, ..Identity::DEFAULT };
    const REPLACEMENT: Replacement = Replacement { immutable: &["vpc"], ..Replacement::DEFAULT };
    const TIES: Ties = Ties {
        // EC2 does not detach a gateway while anything in the VPC has a public address through it.
        leaves_after: &["nat-gateway", "elastic-ip", "load-balancer"],
        ..Ties::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        patience: Duration::from_mins(20),
        retry: &[
            IN_USE,
            unheard(Operation::Update, "InvalidInternetGatewayID.NotFound"),
            unheard(Operation::Update, "InvalidVpcID.NotFound"),
            unready(Operation::Update, "IncorrectState"),
            unready(Operation::Update, "ResourceNotReady"),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 3, update: 2, destroy: 2 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ec2:DescribeInternetGateways"]),
        Grant::make(&["ec2:CreateInternetGateway"]).on(GATEWAY).only(Only::Tagging),
        tag_new(&["CreateInternetGateway"]).on(GATEWAY),
        Grant::make(&["ec2:CreateTags"]).on(GATEWAY).only(Only::Tagged),
        Grant::make(&["ec2:AttachInternetGateway", "ec2:DetachInternetGateway"])
            .on(GATEWAY_AND_VPC)
            .only(Only::Tagged),
        Grant::remove(&["ec2:DetachInternetGateway"]).on(GATEWAY_AND_VPC).only(Only::Tagged),
        Grant::remove(&["ec2:DeleteInternetGateway"]).on(GATEWAY).only(Only::Tagged),
        OBSTACLES,
    ];
}
