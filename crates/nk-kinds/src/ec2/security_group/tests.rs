//! Which rules have tags to compare.

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
        ingress: [Rule::tcp(5432, Peer::Group(Ref::known("sg-2")))].into(),
        egress: [Rule::all(Peer::Cidr(Cidr::ANYWHERE))].into(),
        tags: tags("db"),
        rule_tags: tags("db"),
    }
}

/// The tags that count where one rule more is there, and this one has these.
fn told(egress: bool, rule: Rule, tags: Tags) -> Tags {
    let mut spec = wanted();
    if egress { &mut spec.egress } else { &mut spec.ingress }.insert(rule.clone());
    let tagged_otherwise = vec![TaggedRule { egress, rule, tags }];
    let outputs = SecurityGroupOutputs { id: "sg-1".into(), tagged_otherwise };
    let mut live = Live::ready(Address::new("security-group", "db"), "sg-1", spec, outputs);
    equate(&mut live, &wanted());
    live.spec.rule_tags
}

#[test]
fn only_rules_that_are_wanted_have_tags_to_compare() {
    let from = |group: &str| Rule::tcp(5432, Peer::Group(Ref::known(group)));
    assert_eq!(told(false, from("sg-2"), tags("mine")), tags("mine"));
    assert_eq!(told(false, from("sg-2"), Tags::default()), Tags::default());
    assert_eq!(told(false, from("sg-3"), Tags::default()), tags("db"));
}

#[test]
fn the_rule_that_comes_with_a_group_may_be_without_tags() {
    let all = || Rule::all(Peer::Cidr(Cidr::ANYWHERE));
    assert_eq!(told(true, all(), Tags::default()), tags("db"));
    assert_eq!(told(true, all(), tags("mine")), tags("mine"));
}

#[test]
fn rules_have_the_tags_of_their_group_where_nothing_else_is_said() {
    let outputs = SecurityGroupOutputs { id: "sg-1".into(), tagged_otherwise: Vec::new() };
    let spec = SecurityGroup { tags: tags("mine"), ..wanted() };
    let mut live = Live::ready(Address::new("security-group", "db"), "sg-1", spec, outputs);
    equate(&mut live, &wanted());
    assert_eq!(live.spec.rule_tags, tags("mine"));
}
