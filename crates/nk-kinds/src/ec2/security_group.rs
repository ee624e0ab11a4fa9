//! A security group, with its rules.

mod rule;

use std::{collections::BTreeSet, time::Duration};

use nk_model::{
    Calls, Charges, Equate, Grant, Kind, Live, NameRule, Only, Operation, Ref, Replacement, Retry,
    Shown, Ties, Waiting, free,
};
use serde::{Deserialize, Serialize};

pub use self::rule::{Peer, Ports, Rule, TaggedRule};
use super::{IN_USE, OBSTACLES, VPC, VpcId, tag_new, unheard};
use crate::{Cidr, Tags, output};

output!(
    /// The id of a security group.
    SecurityGroupId = "security-group", "id"
);

/// A security group: what may reach, and be reached by, the resources that use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SecurityGroup {
    /// Unique in the VPC, regardless of case; must not begin with `sg-`.
    pub name: String,
    /// Its purpose; AWS allows letters, digits and some punctuation, at most 255 characters.
    pub description: String,
    /// The VPC that contains it.
    pub vpc: Ref<VpcId>,
    /// The incoming rules.
    pub ingress: BTreeSet<Rule>,
    /// The outgoing rules.
    pub egress: BTreeSet<Rule>,
    /// Its tags.
    pub tags: Tags,
    /// The tags of its rules. The rule that AWS creates with a group may have none. For a live group,
    /// the tags of the group; the outputs list the rules with other tags.
    pub rule_tags: Tags,
}

impl SecurityGroup {
    /// Its rules in one direction.
    pub fn rules(&self, egress: bool) -> &BTreeSet<Rule> {
        if egress { &self.egress } else { &self.ingress }
    }

    /// Whether a live rule with these tags is one of the rules and should have other tags.
    pub fn mistagged(&self, egress: bool, rule: &Rule, tags: &Tags) -> bool {
        // AWS creates this rule with a group, and without tags.
        let given = egress && *rule == Rule::all(Peer::Cidr(Cidr::ANYWHERE));
        let excused = given && *tags == Tags::default();
        *tags != self.rule_tags && !excused && self.rules(egress).contains(rule)
    }
}

/// What AWS assigns to a security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SecurityGroupOutputs {
    /// Such as `sg-0a1b2c`.
    pub id: String,
    /// The rules with other tags than the group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tagged_otherwise: Vec<TaggedRule>,
}

/// Compares the tags of the desired rules among the live ones: sets the desired tags if all rules have
/// them, otherwise those of the first rule that has not.
fn equate(live: &mut Live<SecurityGroup, SecurityGroupOutputs>, wanted: &SecurityGroup) {
    let Live { spec, outputs, .. } = live;
    let tags = |egress, rule: &Rule| {
        let mut others = outputs.tagged_otherwise.iter();
        let other = others.find(|one| (one.egress, &one.rule) == (egress, rule));
        other.map_or(&spec.tags, |other| &other.tags)
    };
    let rules = [false, true].into_iter();
    let mut rules =
        rules.flat_map(|egress| spec.rules(egress).iter().map(move |rule| (egress, rule)));
    let found = rules.find(|(egress, rule)| wanted.mistagged(*egress, rule, tags(*egress, rule)));
    let found = found.map_or(&wanted.rule_tags, |(egress, rule)| tags(egress, rule));
    spec.rule_tags = found.clone();
}

/// Any security group.
const GROUP: &[&str] = &["ec2:{region}:{account}:security-group/*"];

/// Any rule of one.
const RULE: &[&str] = &["ec2:{region}:{account}:security-group-rule/*"];

impl Kind for SecurityGroup {
    type Outputs = SecurityGroupOutputs;
    const KIND: &'static str = "security-group";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const NAME: Option<NameRule> = NameRule::name(255, "-._ ");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement =
        Replacement { immutable: &["name", "description", "vpc"], ..Replacement::DEFAULT };
    const EQUATE: Option<Equate<Self>> = Some(equate);
    const TIES: Ties = Ties { openings: &["ingress", "egress"], ..Ties::DEFAULT };
    const WAITING: Waiting = Waiting {
        retry: &[
            IN_USE,
            Retry::new(Operation::Destroy, "InvalidGroup.InUse").within(Duration::from_mins(20)),
            unheard(Operation::Create, "InvalidVpcID.NotFound"),
            unheard(Operation::Update, "InvalidGroup.NotFound"),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 2, update: 2, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"]),
        Grant::make(&["ec2:CreateSecurityGroup"]).on(GROUP).only(Only::Tagging),
        Grant::make(&["ec2:CreateSecurityGroup"]).on(VPC).only(Only::Tagged),
        tag_new(&["CreateSecurityGroup"]).on(GROUP),
        Grant::make(&[
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateTags",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ])
        .on(GROUP)
        .only(Only::Tagged),
        Grant::make(&["ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"])
            .on(RULE)
            .only(Only::Tagging),
        tag_new(&["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"]).on(RULE),
        Grant::make(&["ec2:CreateTags"]).on(RULE).only(Only::Tagged),
        Grant::remove(&[
            "ec2:DeleteSecurityGroup",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ])
        .on(GROUP)
        .only(Only::Tagged),
        OBSTACLES,
    ];
}

#[cfg(test)]
mod tests;
