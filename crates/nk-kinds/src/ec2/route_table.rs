//! A route table, with its routes and the subnets that use it.

use std::{collections::BTreeSet, time::Duration};

use nk_model::{
    Calls, Charges, Grant, Kind, NameRule, Only, Operation, Ref, Replacement, Retry, Shown, Ties,
    Waiting, free,
};
use serde::{Deserialize, Serialize};

use super::{
    InternetGatewayId, NatGateway, NatGatewayId, SubnetId, VPC, VpcId, tag_new, unheard, unready,
};
use crate::{Cidr, Tags};

/// A route table. The local route of the VPC always exists and is not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RouteTable {
    /// The VPC that contains it.
    pub vpc: Ref<VpcId>,
    /// Its routes.
    pub routes: BTreeSet<Route>,
    /// The subnets that use it.
    pub subnets: BTreeSet<Ref<SubnetId>>,
    /// Its tags.
    pub tags: Tags,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Route {
    /// The destination of packets.
    pub destination: Cidr,
    /// Their target.
    pub target: Target,
}

/// The target of a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// To an internet gateway.
    InternetGateway(Ref<InternetGatewayId>),
    /// To a NAT gateway.
    NatGateway(Ref<NatGatewayId>),
    /// To something that nk does not create, or to something that no longer exists (`blackhole …`).
    Other(String),
}

/// What AWS assigns to a route table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTableOutputs {
    /// Such as `rtb-0a1b2c`.
    pub id: String,
}

/// Any route table.
const TABLE: &[&str] = &["ec2:{region}:{account}:route-table/*"];

/// The actions for an association.
const TABLE_AND_SUBNET: &[&str] =
    &["ec2:{region}:{account}:route-table/*", "ec2:{region}:{account}:subnet/*"];

impl Kind for RouteTable {
    type Outputs = RouteTableOutputs;
    const KIND: &'static str = "route-table";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const NAME: Option<NameRule> = None;
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement = Replacement { immutable: &["vpc"], ..Replacement::DEFAULT };
    const TIES: Ties = Ties {
        // A route may lead to something that no longer exists, and an association is deleted with
        // its subnet.
        holds: false,
        ..Ties::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        retry: &[
            unheard(Operation::Create, "InvalidVpcID.NotFound"),
            unheard(Operation::Update, "InvalidRouteTableID.NotFound"),
            unheard(Operation::Update, "InvalidSubnetID.NotFound"),
            unheard(Operation::Update, "InvalidGatewayID.NotFound"),
            // A NAT gateway has its id before it is available, and may not be used in routes until
            // then.
            Retry::new(Operation::Update, "InvalidNatGatewayID.NotFound")
                .within(NatGateway::WAITING.patience),
            unready(Operation::Update, "IncorrectState"),
            unready(Operation::Update, "ResourceNotReady"),
            unready(Operation::Update, "InvalidParameterException"),
            // An internet gateway has its id before it is attached, and no network until then.
            Retry::new(Operation::Update, "InvalidParameterValue")
                .saying("belong to different networks"),
            Retry::new(Operation::Destroy, "DependencyViolation").within(Duration::from_mins(5)),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 5, update: 3, destroy: 4 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ec2:DescribeRouteTables"]),
        Grant::make(&["ec2:CreateRouteTable"]).on(TABLE).only(Only::Tagging),
        Grant::make(&["ec2:CreateRouteTable"]).on(VPC).only(Only::Tagged),
        tag_new(&["CreateRouteTable"]).on(TABLE),
        Grant::make(&["ec2:CreateRoute", "ec2:CreateTags", "ec2:DeleteRoute", "ec2:ReplaceRoute"])
            .on(TABLE)
            .only(Only::Tagged),
        Grant::make(&["ec2:AssociateRouteTable", "ec2:ReplaceRouteTableAssociation"])
            .on(TABLE_AND_SUBNET)
            .only(Only::Tagged),
        Grant::make(&["ec2:DisassociateRouteTable"]).on(TABLE_AND_SUBNET).only(Only::Tagged),
        Grant::remove(&["ec2:DisassociateRouteTable"]).on(TABLE_AND_SUBNET).only(Only::Tagged),
        Grant::remove(&["ec2:DeleteRouteTable"]).on(TABLE).only(Only::Tagged),
    ];
}
