//! The rules of a security group.

use std::fmt;

use nk_model::Ref;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::SecurityGroupId;
use crate::{Cidr, Tags};

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

/// A rule with the tags that it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaggedRule {
    /// Whether it is about what goes out.
    pub egress: bool,
    /// The rule.
    pub rule: Rule,
    /// Its tags.
    pub tags: Tags,
}
