//! A listener of a load balancer, with its rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use nk_model::{
    Calls, Charges, Grant, Kind, NameRule, Operation, Ref, Replacement, Retry, Shown, Waiting, free,
};
use serde::{Deserialize, Serialize};

use super::{LoadBalancerArn, TargetGroupArn};
use crate::{Tags, output};

output!(
    /// The ARN of a listener.
    ListenerArn = "listener", "arn"
);

/// A listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Listener {
    /// The load balancer that it belongs to.
    pub load_balancer: Ref<LoadBalancerArn>,
    /// The port on which it listens.
    pub port: i32,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// The ACM certificate's ARN, for HTTPS.
    pub certificate: Option<String>,
    /// The TLS versions and ciphers, for HTTPS.
    pub tls_policy: Option<String>,
    /// What happens to a request that no rule matches.
    pub default: ListenerAction,
    /// Rules by their priority, 1 to 50000.
    pub rules: BTreeMap<i32, ListenerRule>,
    /// Its tags.
    pub tags: Tags,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListenerAction {
    /// It is sent to a target group.
    Forward(Ref<TargetGroupArn>),
    /// It is redirected to HTTPS (301, port 443). The listener there is named because it must serve
    /// before this one redirects to it.
    Redirect(Ref<ListenerArn>),
    /// It is answered with 404.
    NotFound,
    /// Something that nk does not create, in words.
    Other(String),
}

/// A rule: requests for these paths or hosts go elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ListenerRule {
    /// Patterns of paths, one of which must match; empty for any.
    pub paths: BTreeSet<String>,
    /// Patterns of host names, one of which must match; empty for any.
    pub hosts: BTreeSet<String>,
    /// What happens.
    pub action: ListenerAction,
}

/// What AWS assigns to a listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerOutputs {
    /// Its ARN.
    pub arn: String,
}

/// The certificates of the account, of which a stack file names one.
const CERTIFICATE: &[&str] = &["acm:{region}:{account}:certificate/*"];

/// The load balancers of a stack, by their names.
const BALANCER: &[&str] = &["elasticloadbalancing:{region}:{account}:loadbalancer/app/{stack}-*"];

/// Their listeners.
const LISTENER: &[&str] = &["elasticloadbalancing:{region}:{account}:listener/app/{stack}-*"];

/// The rules of their listeners.
const RULE: &[&str] = &["elasticloadbalancing:{region}:{account}:listener-rule/app/{stack}-*"];

impl Kind for Listener {
    type Outputs = ListenerOutputs;
    const KIND: &'static str = "listener";
    const OUTPUTS: &'static [&'static str] = &["arn"];
    const NAME: Option<NameRule> = None;
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement = Replacement {
        gap: "its port does not respond",
        immutable: &["load-balancer"],
        ..Replacement::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        retry: &[
            Retry::new(Operation::Create, "CertificateNotFound").within(Duration::from_mins(5)),
            Retry::new(Operation::Create, "TargetGroupNotFound").within(Duration::from_mins(1)),
            Retry::new(Operation::Update, "TargetGroupNotFound").within(Duration::from_mins(1)),
            Retry::new(Operation::Update, "RuleNotFound").within(Duration::from_mins(1)),
            Retry::new(Operation::Update, "ListenerNotFound").within(Duration::from_mins(1)),
        ],
        ..Waiting::DEFAULT
    };
    // The existing rules are read before one is created.
    const CALLS: Calls = Calls { create: 2, update: 2, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&[
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTags",
        ]),
        Grant::look(&["acm:DescribeCertificate"]).on(CERTIFICATE).given("certificate"),
        Grant::make(&["elasticloadbalancing:CreateListener"]).on(BALANCER),
        Grant::make(&["elasticloadbalancing:CreateRule", "elasticloadbalancing:ModifyListener"])
            .on(LISTENER),
        Grant::make(&["elasticloadbalancing:DeleteRule", "elasticloadbalancing:ModifyRule"])
            .on(RULE),
        Grant::make(&["elasticloadbalancing:AddTags"]).on(LISTENER),
        Grant::make(&["elasticloadbalancing:AddTags"]).on(RULE),
        Grant::remove(&["elasticloadbalancing:DeleteListener"]).on(LISTENER),
    ];
}
