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
    /// Unique in account and region; at most 32 characters.
    pub name: String,
    /// The port of targets that are registered without one. ECS registers each task with the port
    /// of its container, so a group can be used with any later port of its service. See
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>.
    pub port: u16,
    /// The VPC of the targets.
    pub vpc: Ref<VpcId>,
    /// How the health of a target is checked.
    pub health: HealthCheck,
    /// How many seconds a target that is being removed may finish its requests, 0 to 3600.
    pub drain_seconds: u32,
    /// Its tags.
    pub tags: Tags,
}

/// How the health of a target is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HealthCheck {
    /// The protocol: `HTTP` or `HTTPS`.
    pub protocol: String,
    /// The port; `traffic-port` for the one that receives requests.
    pub port: String,
    /// The path.
    pub path: String,
    /// The statuses of a healthy target, such as `200` or `200-299`.
    pub statuses: String,
    /// Seconds between two checks, 5 to 300.
    pub interval_seconds: i32,
    /// The timeout in seconds, 2 to 120, less than the interval.
    pub timeout_seconds: i32,
    /// How many consecutive successes make a target healthy, 2 to 10.
    pub healthy: i32,
    /// How many consecutive failures make it unhealthy, 2 to 10.
    pub unhealthy: i32,
}

/// What AWS assigns to a target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TargetGroupOutputs {
    /// Its ARN.
    pub arn: String,
    /// The end of its ARN, `targetgroup/name/id`, which is its name in CloudWatch.
    pub metric_name: String,
}

/// The target groups of a stack, by their names.
const GROUP: &[&str] = &["elasticloadbalancing:{region}:{account}:targetgroup/{stack}-*"];

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
            // For a VPC that it does not know yet.
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
