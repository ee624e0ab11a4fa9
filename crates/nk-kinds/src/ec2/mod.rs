//! The network: VPC, subnets, gateways, addresses, routes, security groups.

mod elastic_ip;
mod internet_gateway;
mod nat_gateway;
mod route_table;
mod security_group;
mod subnet;
mod vpc;

pub use elastic_ip::{AllocationId, ElasticIp, ElasticIpOutputs};
pub use internet_gateway::{InternetGateway, InternetGatewayId, InternetGatewayOutputs};
pub use nat_gateway::{NatGateway, NatGatewayId, NatGatewayOutputs};
pub use route_table::{Route, RouteTable, RouteTableOutputs, Target};
pub use security_group::{
    Peer, Ports, Rule, SecurityGroup, SecurityGroupId, SecurityGroupOutputs, TaggedRule,
};
pub use subnet::{Subnet, SubnetId, SubnetOutputs};
pub use vpc::{Vpc, VpcId, VpcOutputs};

use std::time::Duration;

use nk_model::{Grant, Only, Operation, Retry};

/// How EC2 refuses to delete what something is still in or uses: network interfaces of load
/// balancers and tasks remain for minutes after their owners are deleted.
pub(crate) const IN_USE: Retry =
    Retry::new(Operation::Destroy, "DependencyViolation").within(Duration::from_mins(20));

/// How EC2 answers for an id that it has just assigned, until all of its parts know it: for
/// seconds, and up to a few minutes. See
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>.
pub(crate) const fn unheard(on: Operation, code: &'static str) -> Retry {
    Retry::new(on, code).within(Duration::from_mins(5))
}

/// How EC2 refuses to use something that is not in the right state yet.
pub(crate) const fn unready(on: Operation, code: &'static str) -> Retry {
    Retry::new(on, code).within(Duration::from_mins(5))
}

/// Any VPC.
const VPC: &[&str] = &["ec2:{region}:{account}:vpc/*"];

/// The actions that find out what blocks a deletion.
const OBSTACLES: Grant = Grant::remove(&["ec2:DescribeNetworkInterfaces"]);

/// Tagging as part of a create call, and in no other call: whoever may set the stack's tag on
/// existing resources could make them the stack's.
const fn tag_new(calls: &'static [&'static str]) -> Grant {
    Grant::make(&["ec2:CreateTags"]).only(Only::Is("ec2:CreateAction", calls))
}
