//! Which security groups refer to which: a group that a rule of another group names is in use.

use roxmltree::{Document, Node};

use super::{
    account::{Account, Key, Kind},
    fields::Fields,
};
use crate::proxy::Call;

/// The name of a fact about a rule: the group that it refers to, by the id of the rule.
const RULE: &str = "rules";

/// Learns the references that are added and removed with rules.
pub(super) fn learn(account: &mut Account, call: &Call, asked: &Fields, answer: &str) {
    match call.name().as_str() {
        "ec2:AuthorizeSecurityGroupIngress" | "ec2:AuthorizeSecurityGroupEgress" => {
            let peers = asked.all("IpPermissions.Groups.GroupId");
            let peers: Vec<Key> = peers.map(|id| (Kind::SecurityGroup, id.to_owned())).collect();
            let group = own(asked).unwrap_or_default();
            if let Some(group) = account.get_mut(Kind::SecurityGroup, group) {
                group.uses.extend(peers);
            }
        }
        "ec2:DescribeSecurityGroupRules" => list(account, answer),
        "ec2:RevokeSecurityGroupIngress" | "ec2:RevokeSecurityGroupEgress" => {
            revoke(account, own(asked).unwrap_or_default(), asked);
        }
        _ => {}
    }
}

/// The group that a request is about, and not one that a permission names.
fn own(asked: &Fields) -> Option<&str> {
    let peers: Vec<_> = asked.all("Groups.GroupId").collect();
    asked.all("GroupId").find(|id| !peers.contains(id)).or_else(|| asked.one("GroupId"))
}

/// Learns which rule refers to which group, for the calls that remove rules by their ids.
fn list(account: &mut Account, answer: &str) {
    let Ok(document) = Document::parse(answer) else { return };
    let text = |node: &Node, name: &str| {
        let child = node.children().find(|child| child.tag_name().name() == name);
        child.and_then(|child| child.text()).map(str::to_owned)
    };
    for row in document.descendants().filter(|node| node.tag_name().name() == "item") {
        let peer = row.children().find(|one| one.tag_name().name() == "referencedGroupInfo");
        let peer = peer.and_then(|peer| text(&peer, "groupId"));
        let (Some(rule), Some(group), Some(peer)) =
            (text(&row, "securityGroupRuleId"), text(&row, "groupId"), peer)
        else {
            continue;
        };
        if let Some(group) = account.get_mut(Kind::SecurityGroup, &group) {
            let rules = group.facts.entry(RULE).or_default();
            if !rules.contains(&rule) {
                *rules = format!("{rules}{rule}={peer} ");
            }
            group.uses.insert((Kind::SecurityGroup, peer));
        }
    }
}

fn revoke(account: &mut Account, group: &str, asked: &Fields) {
    let gone: Vec<_> = asked.all("SecurityGroupRuleId").collect();
    let Some(group) = account.get_mut(Kind::SecurityGroup, group) else { return };
    let rules = group.facts.remove(RULE).unwrap_or_default();
    let (gone, kept): (Vec<_>, Vec<_>) = rules
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .partition(|(rule, _)| gone.contains(rule));
    for (_, peer) in gone.iter().filter(|(_, peer)| kept.iter().all(|(_, other)| other != peer)) {
        group.uses.remove(&(Kind::SecurityGroup, (*peer).to_owned()));
    }
    let kept: Vec<_> = kept.iter().map(|(rule, peer)| format!("{rule}={peer} ")).collect();
    group.facts.insert(RULE, kept.concat());
}
