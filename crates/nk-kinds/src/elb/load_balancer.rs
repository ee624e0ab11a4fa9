//! An application load balancer.

use std::{collections::BTreeSet, time::Duration};

use nk_model::{
    Calls, Charge, Charges, Grant, Kind, NameRule, Operation, Ref, Replacement, Retry, Shown,
    StackId, Waiting, count,
};
use serde::{Deserialize, Serialize};

use crate::{
    Tags,
    ec2::{SecurityGroupId, SubnetId, unheard},
    output,
};

output!(
    /// The ARN of a load balancer.
    LoadBalancerArn = "load-balancer", "arn"
);

/// An application load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LoadBalancer {
    /// Unique in account and region; at most 32 characters, not beginning with `internal-`.
    pub name: String,
    /// Whether it can be reached from the internet.
    pub internet_facing: bool,
    /// The type of its addresses: `ipv4`, or `dualstack` with IPv6 as well.
    pub address_type: String,
    /// Subnets in at least two zones.
    pub subnets: BTreeSet<Ref<SubnetId>>,
    /// Its security groups.
    pub security_groups: BTreeSet<Ref<SecurityGroupId>>,
    /// Whether AWS refuses to delete it.
    pub protected: bool,
    /// Its tags.
    pub tags: Tags,
}

impl LoadBalancer {
    /// The name of a stack's only load balancer at AWS.
    pub fn called(stack: &StackId) -> String {
        format!("{}-alb", stack.prefix())
    }
}

/// What AWS assigns to a load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LoadBalancerOutputs {
    /// Its ARN.
    pub arn: String,
    /// Its host name.
    pub dns_name: String,
    /// The end of its ARN, `app/name/id`, which is its name in CloudWatch.
    pub metric_name: String,
}

/// The load balancers of a stack, by their names.
const BALANCER: &[&str] = &["elasticloadbalancing:{region}:{account}:loadbalancer/app/{stack}-*"];

impl Kind for LoadBalancer {
    type Outputs = LoadBalancerOutputs;
    const KIND: &'static str = "load-balancer";
    const OUTPUTS: &'static [&'static str] = &["arn", "dns-name", "metric-name"];
    const NAME: Option<NameRule> = NameRule::name(32, "-");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = Shown::plain("load-balancer-address", "dns-name");
    const CHARGES: Charges<Self> = |_, spec, billing| {
        let addresses = if spec.internet_facing { count(spec.subnets.len()) } else { 0.0 };
        vec![
            Charge::hourly("load-balancer", 1.0),
            Charge::hourly("ipv4", addresses),
            Charge::hourly("load-balancer-lcu", billing.usage.lcu).by("lcu"),
        ]
    };
    const REPLACEMENT: Replacement =
        Replacement { immutable: &["name", "internet-facing"], ..Replacement::DEFAULT };
    const WAITING: Waiting = Waiting {
        patience: Duration::from_mins(15),
        retry: &[
            unheard(Operation::Create, "SubnetNotFound"),
            // The gateway was attached only a moment ago.
            Retry::new(Operation::Create, "InvalidSubnet")
                .saying("has no internet gateway")
                .within(Duration::from_mins(1)),
            unheard(Operation::Create, "InvalidSecurityGroup"),
            unheard(Operation::Update, "SubnetNotFound"),
            unheard(Operation::Update, "InvalidSecurityGroup"),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 4, update: 1, destroy: 3 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&[
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTags",
        ]),
        Grant::make(&[
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateLoadBalancer",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:SetIpAddressType",
            "elasticloadbalancing:SetSecurityGroups",
            "elasticloadbalancing:SetSubnets",
        ])
        .on(BALANCER),
        // ELB reads the network with the permissions of its caller.
        Grant::make(&[
            "ec2:DescribeAccountAttributes",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ]),
        Grant::service_role(&["elasticloadbalancing.amazonaws.com"]),
        Grant::remove(&["elasticloadbalancing:DeleteLoadBalancer"]).on(BALANCER),
        // Its network interfaces exist longer than the load balancer.
        Grant::remove(&["ec2:DescribeNetworkInterfaces"]),
        Grant::lift(&["elasticloadbalancing:ModifyLoadBalancerAttributes"]).on(BALANCER),
    ];
}
