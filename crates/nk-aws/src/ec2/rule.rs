//! Converts security group rules between EC2's lists and specs, and adds and removes them.

use std::collections::BTreeSet;

use aws_sdk_ec2::{
    operation::describe_security_group_rules::DescribeSecurityGroupRulesError,
    types::{
        IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, SecurityGroupRule,
        UserIdGroupPair,
    },
};
use futures::future::try_join_all;
use nk_engine::CloudResult;
use nk_kinds::{
    Cidr,
    ec2::{Peer, Ports, Rule, SecurityGroup},
};
use nk_model::Ref;

use super::{LiveGroup, filter, tagged};
use crate::{
    Aws,
    sdk_error::{SdkResult, garbled},
    tags::{managed, sdk_tags},
};

/// The maximum number of values of a filter.
const FILTER_VALUES: usize = 200;
/// EC2's code for a missing rule in a revocation.
const REVOKED: &[&str] = &["InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound"];
/// EC2's word for all protocols.
const EVERY_PROTOCOL: &str = "-1";

/// A listed rule as in a spec; none if it has no peer, which EC2 does not create.
pub(super) fn folded(row: &SecurityGroupRule) -> CloudResult<Option<Rule>> {
    let garbled = |error| garbled::<DescribeSecurityGroupRulesError>(&error);
    let other = row.referenced_group_info().and_then(|other| other.group_id());
    let peer = match (row.cidr_ipv4().or(row.cidr_ipv6()), other, row.prefix_list_id()) {
        (Some(range), ..) => Peer::Cidr(range.parse::<Cidr>().map_err(garbled)?),
        (_, Some(other), _) if row.group_id() == Some(other) => Peer::Itself,
        (_, Some(other), _) => Peer::Group(Ref::known(other)),
        (.., Some(list)) => Peer::PrefixList(list.to_owned()),
        _ => return Ok(None),
    };
    let protocol = match row.ip_protocol().unwrap_or(EVERY_PROTOCOL) {
        EVERY_PROTOCOL => "all".to_owned(),
        protocol => protocol.to_lowercase(),
    };
    // For ICMP, -1 means any type or code. For other protocols it means that there are no ports.
    let ports = match (row.from_port, row.to_port) {
        _ if protocol == "all" => None,
        (Some(-1), Some(-1)) if !protocol.starts_with("icmp") => None,
        (Some(from), Some(to)) => Some(Ports { from, to }),
        _ => None,
    };
    Ok(Some(Rule { protocol, ports, peer }))
}

/// The ids of the rules among `rows` that are not desired.
fn surplus<'a>(
    rows: impl Iterator<Item = &'a SecurityGroupRule>,
    wanted: &BTreeSet<Rule>,
) -> CloudResult<Vec<String>> {
    let mut ids = Vec::new();
    for row in rows {
        if folded(row)?.is_some_and(|rule| !wanted.contains(&rule)) {
            ids.extend(row.security_group_rule_id.clone());
        }
    }
    Ok(ids)
}

/// A rule of the group `group` in EC2's form.
fn permission(rule: &Rule, group: &str) -> IpPermission {
    let protocol = if rule.protocol == "all" { EVERY_PROTOCOL } else { &rule.protocol };
    let permission = IpPermission::builder()
        .ip_protocol(protocol)
        .set_from_port(rule.ports.map(|ports| ports.from))
        .set_to_port(rule.ports.map(|ports| ports.to));
    let pair = |id: &str| UserIdGroupPair::builder().group_id(id).build();
    match &rule.peer {
        Peer::Cidr(range) if range.is_ipv4() => {
            permission.ip_ranges(IpRange::builder().cidr_ip(range.to_string()).build())
        }
        Peer::Cidr(range) => {
            permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(range.to_string()).build())
        }
        Peer::Group(other) => permission.user_id_group_pairs(pair(other.as_str())),
        Peer::Itself => permission.user_id_group_pairs(pair(group)),
        Peer::PrefixList(id) => {
            permission.prefix_list_ids(PrefixListId::builder().prefix_list_id(id).build())
        }
    }
    .build()
}

impl Aws {
    /// The rules of some groups.
    pub(super) async fn rules(&self, groups: &[&str]) -> CloudResult<Vec<SecurityGroupRule>> {
        let calls = groups.chunks(FILTER_VALUES).map(|ids| {
            let ids = filter("group-id", ids.iter().copied());
            let pages = self.ec2.describe_security_group_rules().filters(ids).into_paginator();
            pages.items().send().try_collect()
        });
        let rows = try_join_all(calls).await.or_cloud_error()?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Authorises the missing rules; false if one of them already exists, in which case EC2 has
    /// added none.
    pub(super) async fn authorise(
        &self,
        spec: &SecurityGroup,
        live: &LiveGroup,
    ) -> CloudResult<bool> {
        let mut proven = true;
        for egress in [false, true] {
            let new = spec.rules(egress).difference(live.spec.rules(egress));
            let new: Vec<_> = new.map(|rule| permission(rule, &live.id)).collect();
            if new.is_empty() {
                continue;
            }
            let there = &["InvalidPermission.Duplicate"];
            let tags = tagged(ResourceType::SecurityGroupRule, &spec.rule_tags);
            proven &= if egress {
                let call = self.ec2.authorize_security_group_egress().group_id(&live.id);
                let call = call.set_ip_permissions(Some(new)).tag_specifications(tags);
                call.send().await.accepting(there)?.is_some()
            } else {
                let call = self.ec2.authorize_security_group_ingress().group_id(&live.id);
                let call = call.set_ip_permissions(Some(new)).tag_specifications(tags);
                call.send().await.accepting(there)?.is_some()
            };
        }
        Ok(proven)
    }

    /// Revokes every rule that the spec does not have, by its id, and returns how many EC2 has
    /// revoked. If one is missing, EC2 revokes none of the same call.
    pub(super) async fn revoke(&self, spec: &SecurityGroup, group: &str) -> CloudResult<usize> {
        let rows = self.rules(&[group]).await?;
        let mut revoked = 0;
        for egress in [false, true] {
            let rows = rows.iter().filter(|row| row.is_egress == Some(egress));
            let ids = surplus(rows, spec.rules(egress))?;
            let count = ids.len();
            if count == 0 {
                continue;
            }
            let done = if egress {
                let call = self.ec2.revoke_security_group_egress().group_id(group);
                let call = call.set_security_group_rule_ids(Some(ids)).send().await;
                call.accepting(REVOKED)?.is_some()
            } else {
                let call = self.ec2.revoke_security_group_ingress().group_id(group);
                let call = call.set_security_group_rule_ids(Some(ids)).send().await;
                call.accepting(REVOKED)?.is_some()
            };
            revoked += if done { count } else { 0 };
        }
        Ok(revoked)
    }

    /// Gives the wanted rules of a group their tags, where they have others.
    pub(super) async fn tag_rules(&self, spec: &SecurityGroup, group: &str) -> CloudResult<()> {
        let mut ids = Vec::new();
        for row in self.rules(&[group]).await? {
            let (egress, tags) = (row.is_egress == Some(true), managed(row.tags.clone()));
            if folded(&row)?.is_some_and(|rule| spec.mistagged(egress, &rule, &tags)) {
                ids.extend(row.security_group_rule_id);
            }
        }
        if ids.is_empty() {
            return Ok(());
        }
        let call = self.ec2.create_tags().set_resources(Some(ids));
        call.set_tags(Some(sdk_tags(&spec.rule_tags))).send().await.or_cloud_error().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::ReferencedSecurityGroup;

    use super::*;

    fn row(protocol: &str, from: i32, to: i32) -> SecurityGroupRule {
        let row = SecurityGroupRule::builder().group_id("sg-1").ip_protocol(protocol);
        row.from_port(from).to_port(to).cidr_ipv4("0.0.0.0/0").build()
    }

    #[test]
    fn everything_has_no_ports_however_ec2_says_it() {
        let all = Rule::all(Peer::Cidr(Cidr::ANYWHERE));
        assert_eq!(folded(&row("-1", -1, -1)).unwrap(), Some(all.clone()));
        let mut bare = row("-1", 0, 0);
        (bare.from_port, bare.to_port) = (None, None);
        assert_eq!(folded(&bare).unwrap(), Some(all));
    }

    #[test]
    fn any_icmp_keeps_its_numbers_and_other_protocols_have_none() {
        let ports = |row: &SecurityGroupRule| folded(row).unwrap().unwrap().ports;
        assert_eq!(ports(&row("icmp", -1, -1)), Some(Ports { from: -1, to: -1 }));
        assert_eq!(ports(&row("50", -1, -1)), None);
        assert_eq!(ports(&row("tcp", 80, 80)), Some(Ports { from: 80, to: 80 }));
    }

    #[test]
    fn the_group_itself_is_told_from_another() {
        let peer = |id: &str| {
            let mut row = row("tcp", 80, 80);
            row.cidr_ipv4 = None;
            row.referenced_group_info =
                Some(ReferencedSecurityGroup::builder().group_id(id).build());
            folded(&row).unwrap().unwrap().peer
        };
        assert_eq!(peer("sg-1"), Peer::Itself);
        assert_eq!(peer("sg-2"), Peer::Group(Ref::known("sg-2")));
    }
}
