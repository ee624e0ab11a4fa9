//! A target group: where a load balancer sends requests.

use std::time::Duration;

use nk_model::{
    Calls, Charges, Equate, Grant, Kind, NameRule, Operation, Ref, Replace, Replacement, Retry,
    Shown, Waiting, free,
};
use serde::{Deserialize, Serialize};

use crate::{Tags, ec2::VpcId, output};

output!(
    /// The ARN of a target group.
    TargetGroupArn = "target-group", "arn"
);

/// A target group of IP addresses, reached by HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TargetGroup {
    /// Unique in account and region, at most 32.
    pub name: String,
    /// The port of targets that are registered without one. ECS registers each task with the port of
    /// its container, so a group goes on with whatever port its service has later. See
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>.
    pub port: u16,
    /// The VPC the targets are in.
    pub vpc: Ref<VpcId>,
    /// How it is found out whether a target is well.
    pub health: HealthCheck,
    /// How many seconds a leaving target may finish its requests, 0 to 3600.
    pub drain_seconds: u32,
    /// Its tags.
    pub tags: Tags,
}

/// How it is found out whether a target is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HealthCheck {
    /// How it is asked: `HTTP` or `HTTPS`.
    pub protocol: String,
    /// The port that is asked; `traffic-port` for the one that requests go to.
    pub port: String,
    /// What is asked for.
    pub path: String,
    /// The statuses that mean well, as in `200` or `200-299`.
    pub statuses: String,
    /// Seconds between two checks, 5 to 300.
    pub interval_seconds: i32,
    /// Seconds an answer may take, 2 to 120, less than the interval.
    pub timeout_seconds: i32,
    /// How many good answers in a row make a target well, 2 to 10.
    pub healthy: i32,
    /// How many bad answers in a row make it unwell, 2 to 10.
    pub unhealthy: i32,
}

/// What AWS assigns to a target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TargetGroupOutputs {
    /// Its ARN.
    pub arn: String,
    /// The end of its ARN, `targetgroup/name/id`: how CloudWatch names it.
    pub metric_name: String,
}

/// The target groups of a stack, by their names.
const GROUP: &[&str] = &["elasticloadbalancing:{region}:{account}:targetgroup/{target-group}/*"];

impl Kind for TargetGroup {
    type Outputs = TargetGroupOutputs;
    const KIND: &'static str = "target-group";
    const OUTPUTS: &'static [&'static str] = &["arn", "metric-name"];
    const NAME: Option<NameRule> = NameRule::name(32, "-");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement = Replacement {
        immutable: &["name", "vpc"],
        how: Replace::CreateFirst(&["name"]),
        ..Replacement::DEFAULT
    };
    const EQUATE: Option<Equate<Self>> = Some(|live, wanted| live.spec.port = wanted.port);
    const WAITING: Waiting = Waiting {
        retry: &[
            // Of a VPC that it has not heard of yet.
            Retry::new(Operation::Create, "ValidationError")
                .saying("is not found")
                .within(Duration::from_mins(1)),
            Retry::new(Operation::Destroy, "ResourceInUse")
                .saying("is currently in use by a listener or a rule")
                .within(Duration::from_mins(5)),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 2, update: 1, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&[
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
        ]),
        Grant::make(&[
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateTargetGroup",
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
        ])
        .on(GROUP),
        Grant::remove(&["elasticloadbalancing:DeleteTargetGroup"]).on(GROUP),
    ];
}
