//! What Elastic Load Balancing refuses.

use super::{
    Objection,
    account::{Account, Kind},
    deed::{Deed, Id, Names, Words, change, make, remove},
    fields::Fields,
    network::{has_gateway, note},
};
use crate::proxy::Call;

const SUBNETS: Names = Names::new(
    "Subnets",
    Kind::Subnet,
    Words(400, "SubnetNotFound", "The subnet ID '{}' does not exist"),
)
.late();
const GROUPS: Names = Names::new(
    "SecurityGroups",
    Kind::SecurityGroup,
    Words(400, "InvalidSecurityGroup", "One or more security groups are invalid: '{}'"),
)
.late();
const VPC: Names =
    Names::new("VpcId", Kind::Vpc, Words(400, "ValidationError", "The VPC ID '{}' is not found"))
        .late();
const BALANCER: Names = Names::new(
    "LoadBalancerArn",
    Kind::LoadBalancer,
    Words(400, "LoadBalancerNotFound", "Load balancer '{}' not found"),
);
const LISTENER: Names = Names::new(
    "ListenerArn",
    Kind::Listener,
    Words(400, "ListenerNotFound", "Listener '{}' not found"),
);
const NO_TARGET_GROUP: Words =
    Words(400, "TargetGroupNotFound", "One or more target groups not found: '{}'");
const TARGETS: Names = Names::new("Actions.TargetGroupArn", Kind::TargetGroup, NO_TARGET_GROUP);
const DEFAULT_TARGETS: Names =
    Names::new("DefaultActions.TargetGroupArn", Kind::TargetGroup, NO_TARGET_GROUP);

pub(super) const DEEDS: &[Deed] = &[
    make(
        "elasticloadbalancing:CreateLoadBalancer",
        Kind::LoadBalancer,
        Id::Answered("LoadBalancers.LoadBalancerArn"),
    )
    .naming(&[SUBNETS, GROUPS])
    .once(
        &["Name"],
        Words(
            400,
            "DuplicateLoadBalancerName",
            "A load balancer with the same name '{}' exists, but with different settings",
        ),
    ),
    change("elasticloadbalancing:SetSubnets", Kind::LoadBalancer, &["LoadBalancerArn"])
        .naming(&[BALANCER, SUBNETS]),
    change("elasticloadbalancing:SetSecurityGroups", Kind::LoadBalancer, &["LoadBalancerArn"])
        .naming(&[BALANCER, GROUPS]),
    remove("elasticloadbalancing:DeleteLoadBalancer", Kind::LoadBalancer, &["LoadBalancerArn"])
        .with(&[Kind::Listener]),
    make(
        "elasticloadbalancing:CreateTargetGroup",
        Kind::TargetGroup,
        Id::Answered("TargetGroups.TargetGroupArn"),
    )
    .naming(&[VPC])
    .once(
        &["Name"],
        Words(
            400,
            "DuplicateTargetGroupName",
            "A target group with the same name '{}' exists, but with different settings",
        ),
    ),
    remove("elasticloadbalancing:DeleteTargetGroup", Kind::TargetGroup, &["TargetGroupArn"])
        .unless_used(
            &[Kind::Listener, Kind::ListenerRule],
            Words(
                400,
                "ResourceInUse",
                "Target group '{}' is currently in use by a listener or a rule",
            ),
        ),
    make(
        "elasticloadbalancing:CreateListener",
        Kind::Listener,
        Id::Answered("Listeners.ListenerArn"),
    )
    .naming(&[BALANCER, DEFAULT_TARGETS])
    .once(
        &["LoadBalancerArn", "Port"],
        Words(400, "DuplicateListener", "A listener already exists on this port: {}"),
    ),
    change("elasticloadbalancing:ModifyListener", Kind::Listener, &["ListenerArn"])
        .naming(&[LISTENER, DEFAULT_TARGETS]),
    remove("elasticloadbalancing:DeleteListener", Kind::Listener, &["ListenerArn"])
        .with(&[Kind::ListenerRule]),
    make("elasticloadbalancing:CreateRule", Kind::ListenerRule, Id::Answered("Rules.RuleArn"))
        .naming(&[LISTENER, TARGETS])
        .once(
            &["ListenerArn", "Priority"],
            Words(400, "PriorityInUse", "The specified priority is in use: {}"),
        ),
    change("elasticloadbalancing:ModifyRule", Kind::ListenerRule, &["RuleArn"]).naming(&[TARGETS]),
    remove("elasticloadbalancing:DeleteRule", Kind::ListenerRule, &["RuleArn"]),
];

/// What the table cannot express.
pub(super) fn objection(account: &Account, call: &Call, asked: &Fields) -> Option<Objection> {
    match call.name().as_str() {
        "elasticloadbalancing:CreateLoadBalancer" => {
            let subnet = account.get(Kind::Subnet, asked.one("Subnets")?)?;
            let vpc = subnet.of(Kind::Vpc).next()?;
            let words = Words(400, "InvalidSubnet", "VPC {} has no internet gateway");
            (!has_gateway(account, vpc)).then(|| words.about(vpc, false))
        }
        "elasticloadbalancing:DeleteLoadBalancer" => {
            let arn = asked.one("LoadBalancerArn")?;
            let protected = account.get(Kind::LoadBalancer, arn)?.fact("protected") == "true";
            let words = Words(
                400,
                "OperationNotPermitted",
                "Load balancer '{}' cannot be deleted because deletion protection is enabled",
            );
            protected.then(|| words.about(arn, false))
        }
        _ => None,
    }
}

/// Learns what the table cannot express.
pub(super) fn learn(account: &mut Account, call: &Call, asked: &Fields) {
    if call.name() == "elasticloadbalancing:ModifyLoadBalancerAttributes" {
        let values = asked.all("Attributes.Key").zip(asked.all("Attributes.Value"));
        let mut values = values.filter(|(key, _)| *key == "deletion_protection.enabled");
        let value = values.next().map(|(_, value)| value);
        let arn = asked.one("LoadBalancerArn").unwrap_or_default();
        note(account, &(Kind::LoadBalancer, arn.to_owned()), "protected", value);
    }
}
