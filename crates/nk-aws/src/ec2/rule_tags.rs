//! The tags of security group rules: nk gives each the tags of its group.

use aws_sdk_ec2::types::SecurityGroupRule;
use nk_engine::{CloudResult, Scope};
use nk_kinds::{
    Cidr, Tags,
    ec2::{Peer, Rule, SecurityGroup, SecurityGroupId},
};
use nk_model::Ref;

use super::{LiveGroup, rule::folded};
use crate::{
    Aws,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

/// What may stand for a group in a desired rule: its id, or a placeholder.
type Names = Vec<(String, Ref<SecurityGroupId>)>;

/// Adds the tags of their desired rules to the groups: the expected ones if all rules have them,
/// otherwise those of the first rule that has not.
pub(super) fn add_rule_tags(
    scope: &Scope<SecurityGroup>,
    groups: &mut [LiveGroup],
    rows: &[SecurityGroupRule],
) -> CloudResult<()> {
    let names = groups.iter().map(|live| (live.id.clone(), Ref::to(live.address.name()))).collect();
    for live in groups {
        let wanted = scope.wanted(&live.address);
        let expected = wanted.map_or(&live.spec.tags, |wanted| &wanted.rule_tags).clone();
        let wanted = wanted.unwrap_or(&live.spec);
        let own = rows.iter().filter(|row| row.group_id() == Some(&live.id));
        let mut found = expected.clone();
        for row in own {
            if let Some(tags) = other_tags(row, wanted, &expected, &names)? {
                found = tags;
                break;
            }
        }
        live.spec.rule_tags = found;
    }
    Ok(())
}

/// The tags of a listed rule, if it is desired and they are not the expected ones.
fn other_tags(
    row: &SecurityGroupRule,
    wanted: &SecurityGroup,
    expected: &Tags,
    names: &Names,
) -> CloudResult<Option<Tags>> {
    let Some(rule) = folded(row)? else { return Ok(None) };
    let egress = row.is_egress == Some(true);
    let rules = if egress { &wanted.egress } else { &wanted.ingress };
    let tags = managed(row.tags.clone());
    // AWS creates this rule with a group, and without tags.
    let given = egress && rule == Rule::all(Peer::Cidr(Cidr::ANYWHERE)) && tags == Tags::default();
    let differ = !given && tags != *expected && rules.iter().any(|one| same(&rule, one, names));
    Ok(differ.then_some(tags))
}

/// Whether a rule is desired; a desired rule may name groups by placeholders.
fn same(rule: &Rule, wanted: &Rule, names: &Names) -> bool {
    let peers = match (&rule.peer, &wanted.peer) {
        (Peer::Group(group), Peer::Group(wanted)) => {
            let stands_for = |(id, name): &(String, _)| group.as_str() == id && wanted == name;
            group == wanted || names.iter().any(stands_for)
        }
        (peer, wanted) => peer == wanted,
    };
    peers && (&rule.protocol, rule.ports) == (&wanted.protocol, wanted.ports)
}

impl Aws {
    /// Sets the tags of the rules of a group, where they differ.
    pub(super) async fn tag_rules(&self, spec: &SecurityGroup, group: &str) -> CloudResult<()> {
        let mut ids = Vec::new();
        for row in self.rules(&[group]).await? {
            if other_tags(&row, spec, &spec.rule_tags, &Vec::new())?.is_some() {
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
    use aws_sdk_ec2::types::{ReferencedSecurityGroup, Tag, builders::SecurityGroupRuleBuilder};
    use nk_model::{Address, StackId};

    use super::*;

    fn tags(name: &str) -> Tags {
        let stack = StackId { project: "shop".into(), environment: "dev".into() };
        Tags::new(&stack, &Address::new("security-group", "db"), name)
    }

    fn wanted() -> SecurityGroup {
        SecurityGroup {
            name: "db".into(),
            description: "db".into(),
            vpc: Ref::known("vpc-1"),
            ingress: [Rule::tcp(5432, Peer::Group(Ref::to("api")))].into(),
            egress: [Rule::all(Peer::Cidr(Cidr::ANYWHERE))].into(),
            tags: tags("db"),
            rule_tags: tags("db"),
        }
    }

    fn told(row: SecurityGroupRuleBuilder, tags: &Tags) -> Option<Tags> {
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let row = row.group_id("sg-1").set_tags(Some(tags.collect())).build();
        let names = vec![("sg-2".to_owned(), Ref::to("api"))];
        let wanted = wanted();
        other_tags(&row, &wanted, &wanted.rule_tags, &names).unwrap()
    }

    fn from(group: &str) -> SecurityGroupRuleBuilder {
        let group = ReferencedSecurityGroup::builder().group_id(group).build();
        let row = SecurityGroupRule::builder().ip_protocol("tcp").from_port(5432).to_port(5432);
        row.referenced_group_info(group)
    }

    #[test]
    fn only_rules_that_are_wanted_have_tags_to_compare() {
        assert_eq!(told(from("sg-2"), &tags("db")), None);
        assert_eq!(told(from("sg-2"), &tags("mine")), Some(tags("mine")));
        assert_eq!(told(from("sg-2"), &Tags::default()), Some(Tags::default()));
        assert_eq!(told(from("sg-3"), &Tags::default()), None);
    }

    #[test]
    fn the_rule_that_comes_with_a_group_may_be_without_tags() {
        let all = || {
            let row = SecurityGroupRule::builder().is_egress(true).ip_protocol("-1");
            row.from_port(-1).to_port(-1).cidr_ipv4("0.0.0.0/0")
        };
        assert_eq!(told(all(), &Tags::default()), None);
        assert_eq!(told(all(), &tags("mine")), Some(tags("mine")));
    }
}
