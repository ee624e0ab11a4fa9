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
pub use security_group::{Peer, Ports, Rule, SecurityGroup, SecurityGroupId, SecurityGroupOutputs};
pub use subnet::{Subnet, SubnetId, SubnetOutputs};
pub use vpc::{Vpc, VpcId, VpcOutputs};

use std::time::Duration;

use nk_model::{Grant, Only, Operation, Retry};

/// What EC2 says while something still stands in, or uses, what is to go: network interfaces of
/// load balancers and tasks linger for minutes after their owners are gone.
pub(crate) const IN_USE: Retry =
    Retry::new(Operation::Destroy, "DependencyViolation").within(Duration::from_mins(20));

/// What EC2 says of an id it has just given out, until all of it has heard of it: seconds, and up
/// to a few minutes.
/// See <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>.
pub(crate) const fn unheard(on: Operation, code: &'static str) -> Retry {
    Retry::new(on, code).within(Duration::from_mins(5))
}

/// What EC2 says while what is to be used is still on its way to the state it must be in.
pub(crate) const fn unready(on: Operation, code: &'static str) -> Retry {
    Retry::new(on, code).within(Duration::from_mins(5))
}

/// Any VPC.
const VPC: &[&str] = &["ec2:{region}:{account}:vpc/*"];

/// Finding out what holds that which is to go.
const OBSTACLES: Grant = Grant::remove(&["ec2:DescribeNetworkInterfaces"]);

/// Tagging in the call that makes something, and in no other: whoever may set the stack's tag on
/// what exists may make it the stack's.
const fn tag_new(calls: &'static [&'static str]) -> Grant {
    Grant::make(&["ec2:CreateTags"]).only(Only::Is("ec2:CreateAction", calls))
}
