//! A security group, with its rules.

use std::{collections::BTreeSet, fmt, time::Duration};

use nk_model::{
    Calls, Charges, Grant, Kind, NameRule, Only, Operation, Ref, Replacement, Retry, Shown, Ties,
    Waiting, free,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

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
    /// The tags of its rules. The rule that AWS creates with a group may have none.
    pub rule_tags: Tags,
}

impl SecurityGroup {
    /// Its rules in one direction.
    pub fn rules(&self, egress: bool) -> &BTreeSet<Rule> {
        if egress { &self.egress } else { &self.ingress }
    }
}

/// One rule: a protocol, its ports, and one peer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, the number of another protocol, or `all`.
    pub protocol: String,
    /// The ports, or the ICMP type and code; none for `all` and for protocols without them.
    pub ports: Option<Ports>,
    /// The other side.
    pub peer: Peer,
}

impl Rule {
    /// A rule for one TCP port.
    pub fn tcp(port: u16, peer: Peer) -> Self {
        let ports = Some(Ports { from: port.into(), to: port.into() });
        Self { protocol: "tcp".into(), ports, peer }
    }

    /// A rule for everything.
    pub fn all(peer: Peer) -> Self {
        Self { protocol: "all".into(), ports: None, peer }
    }
}

/// A range of ports, written as `80` or `8000-8080`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ports {
    /// The first port; for ICMP the type, where -1 means any.
    pub from: i32,
    /// The last port; for ICMP the code, where -1 means any.
    pub to: i32,
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{}..{}", self.from, self.to)
        }
    }
}

impl Serialize for Ports {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (from, to) = text.split_once("..").unwrap_or((&text, &text));
        match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) => Ok(Self { from, to }),
            _ => Err(de::Error::custom(format!("`{text}` is not a range of ports"))),
        }
    }
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// A range of addresses.
    Cidr(Cidr),
    /// The resources that use another group of this stack, or a group created elsewhere.
    Group(Ref<SecurityGroupId>),
    /// The resources that use this group.
    Itself,
    /// A managed prefix list.
    PrefixList(String),
}

/// What AWS assigns to a security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroupOutputs {
    /// Such as `sg-0a1b2c`.
    pub id: String,
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
