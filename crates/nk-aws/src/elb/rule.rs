//! The rules of a listener.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::{
    operation::{create_rule::CreateRuleError, modify_rule::ModifyRuleError},
    types::{HostHeaderConditionConfig, PathPatternConditionConfig, Rule, RuleCondition},
};
use nk_engine::CloudResult;
use nk_kinds::elb::{Listener, ListenerAction, ListenerRule};

use super::action::{action, folded};
use crate::{Aws, sdk_error::SdkResult, tags::sdk_tags};

/// The condition on the path of a request.
const PATH: &str = "path-pattern";
/// The condition on the host of a request.
const HOST: &str = "host-header";

/// The rules by priority, without the default one, which belongs to the listener.
pub(super) fn rules(found: &[Rule], https: Option<&str>) -> BTreeMap<i32, ListenerRule> {
    found.iter().filter_map(|rule| Some((priority(rule)?, folded_rule(rule, https)))).collect()
}

fn priority(rule: &Rule) -> Option<i32> {
    rule.priority()?.parse().ok()
}

fn folded_rule(rule: &Rule, https: Option<&str>) -> ListenerRule {
    let mut paths = BTreeSet::new();
    let mut hosts = BTreeSet::new();
    let mut others = Vec::new();
    for condition in rule.conditions() {
        let patterns = patterns(condition);
        match (condition.field(), patterns) {
            (Some(PATH), Some(patterns)) if paths.is_empty() => paths = patterns,
            (Some(HOST), Some(patterns)) if hosts.is_empty() => hosts = patterns,
            (field, _) => others.push(format!("a condition on {}", field.unwrap_or("nothing"))),
        }
    }
    if !rule.transforms().is_empty() {
        others.push("a rewrite of the request".to_owned());
    }
    let action = if others.is_empty() {
        folded(rule.actions(), https)
    } else {
        ListenerAction::Other(others.join(" and "))
    };
    ListenerRule { paths, hosts, action }
}

/// The patterns of a condition, which ELB reports twice; none if it is of another type.
fn patterns(condition: &RuleCondition) -> Option<BTreeSet<String>> {
    let path = condition.path_pattern_config().map(|each| (each.values(), each.regex_values()));
    let host = condition.host_header_config().map(|each| (each.values(), each.regex_values()));
    let (values, expressions) = path.or(host).unwrap_or((condition.values(), &[]));
    let plain = expressions.is_empty() && condition.regex_values().is_empty();
    plain.then(|| values.iter().cloned().collect())
}

fn conditions(rule: &ListenerRule) -> Vec<RuleCondition> {
    let list = |patterns: &BTreeSet<String>| Some(patterns.iter().cloned().collect::<Vec<_>>());
    let path = (!rule.paths.is_empty()).then(|| {
        let config = PathPatternConditionConfig::builder().set_values(list(&rule.paths)).build();
        RuleCondition::builder().field(PATH).path_pattern_config(config).build()
    });
    let host = (!rule.hosts.is_empty()).then(|| {
        let config = HostHeaderConditionConfig::builder().set_values(list(&rule.hosts)).build();
        RuleCondition::builder().field(HOST).host_header_config(config).build()
    });
    path.into_iter().chain(host).collect()
}

impl Aws {
    /// The rules of a listener; none if it does not exist.
    pub(super) async fn listener_rules(&self, listener: &str) -> CloudResult<Option<Vec<Rule>>> {
        let pages = self.elb.describe_rules().listener_arn(listener).into_paginator().items();
        pages.send().try_collect().await.accepting(&["ListenerNotFound"])
    }

    /// Creates the missing rules and changes those that differ. Returns the ARNs of the rules that
    /// are not desired, which may be deleted once everything else is in place.
    pub(super) async fn set_rules(
        &self,
        spec: &Listener,
        listener: &str,
    ) -> CloudResult<Vec<String>> {
        let there = self.listener_rules(listener).await?.unwrap_or_default();
        let live = rules(&there, https(spec));
        for (priority, wanted) in in_order(&live, &spec.rules) {
            let same_place = there.iter().find(|rule| self::priority(rule) == Some(priority));
            match same_place.and_then(Rule::rule_arn) {
                Some(arn) => self.modify_rule(arn, wanted).await?,
                None => self.create_rule(spec, listener, priority, wanted).await?,
            }
        }
        let unwanted = |rule: &&Rule| {
            priority(rule).is_some_and(|priority| !spec.rules.contains_key(&priority))
        };
        Ok(there.iter().filter(unwanted).filter_map(|rule| rule.rule_arn.clone()).collect())
    }

    async fn create_rule(
        &self,
        spec: &Listener,
        listener: &str,
        priority: i32,
        rule: &ListenerRule,
    ) -> CloudResult<()> {
        let call = self
            .elb
            .create_rule()
            .listener_arn(listener)
            .priority(priority)
            .set_conditions(Some(conditions(rule)))
            .actions(action::<CreateRuleError>(&rule.action)?)
            .set_tags(Some(sdk_tags(&spec.tags)));
        // It was taken in the meantime, most likely by this same call, sent twice; the next look
        // shows it.
        call.send().await.accepting(&["PriorityInUse"]).map(drop)
    }

    async fn modify_rule(&self, arn: &str, rule: &ListenerRule) -> CloudResult<()> {
        let call = self
            .elb
            .modify_rule()
            .rule_arn(arn)
            .set_conditions(Some(conditions(rule)))
            .actions(action::<ModifyRuleError>(&rule.action)?);
        call.send().await.or_cloud_error().map(drop)
    }

    /// Deletes rules; rules that are already deleted do not matter.
    pub(super) async fn delete_rules(&self, arns: &[String]) -> CloudResult<()> {
        for arn in arns {
            self.elb.delete_rule().rule_arn(arn).send().await.accepting(&["RuleNotFound"])?;
        }
        Ok(())
    }
}

/// The rules that are missing or differ, in an order in which a rule that moves is in its new place
/// before its old place is used by another, so that its requests always have a rule, whatever
/// fails. Of rules that exchange places, one must be without.
fn in_order<'a>(
    live: &BTreeMap<i32, ListenerRule>,
    wanted: &'a BTreeMap<i32, ListenerRule>,
) -> Vec<(i32, &'a ListenerRule)> {
    let differs = |(priority, rule): &(i32, &ListenerRule)| live.get(priority) != Some(*rule);
    let rules = wanted.iter().map(|(priority, rule)| (*priority, rule));
    let mut waiting: Vec<_> = rules.filter(differs).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free = |(priority, _): &(i32, &ListenerRule)| {
            let Some(old) = live.get(priority) else { return true };
            let moves = |(other, rule): &(i32, &ListenerRule)| {
                other != priority && (&rule.paths, &rule.hosts) == (&old.paths, &old.hosts)
            };
            !waiting.iter().any(moves)
        };
        let next = waiting.iter().position(free).unwrap_or(0);
        order.push(waiting.remove(next));
    }
    order
}

/// The listener on port 443, if a desired listener names it.
pub(super) fn https(spec: &Listener) -> Option<&str> {
    let actions = spec.rules.values().map(|rule| &rule.action).chain([&spec.default]);
    actions.into_iter().find_map(|action| match action {
        ListenerAction::Redirect(listener) => Some(listener.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use nk_model::Ref;

    use super::*;

    fn rule(priority: &str, conditions: Vec<RuleCondition>) -> Rule {
        let forward = ListenerAction::Forward(Ref::known("arn:group"));
        Rule::builder()
            .priority(priority)
            .set_conditions(Some(conditions))
            .actions(action::<CreateRuleError>(&forward).unwrap())
            .build()
    }

    fn wanted() -> ListenerRule {
        ListenerRule {
            paths: ["/api/*".to_owned(), "/v2/*".to_owned()].into(),
            hosts: ["example.com".to_owned()].into(),
            action: ListenerAction::Forward(Ref::known("arn:group")),
        }
    }

    #[test]
    fn what_is_sent_is_what_is_read_back() {
        let found = [rule("10", conditions(&wanted())), rule("default", Vec::new())];
        assert_eq!(rules(&found, None), BTreeMap::from([(10, wanted())]));
    }

    fn for_path(path: &str, group: &str) -> ListenerRule {
        ListenerRule {
            paths: [path.to_owned()].into(),
            hosts: BTreeSet::new(),
            action: ListenerAction::Forward(Ref::known(group)),
        }
    }

    fn order(live: &[(i32, ListenerRule)], wanted: &[(i32, ListenerRule)]) -> Vec<i32> {
        let wanted = wanted.iter().cloned().collect();
        let order = in_order(&live.iter().cloned().collect(), &wanted);
        order.into_iter().map(|(priority, _)| priority).collect()
    }

    #[test]
    fn a_rule_stands_in_its_new_place_before_it_leaves_the_old_one() {
        let [a, b, c] = ["/a", "/b", "/c"].map(|path| for_path(path, "arn:group"));
        let before = [(10, a.clone()), (20, b.clone())];
        // A rule is added in front and removed again.
        let after = [(10, c.clone()), (20, a.clone()), (30, b.clone())];
        assert_eq!(order(&before, &after), [30, 20, 10]);
        assert_eq!(order(&after, &before), [10, 20]);
        // Its target has changed as well.
        let elsewhere = [(10, c.clone()), (20, for_path("/a", "arn:other"))];
        assert_eq!(order(&[(10, a.clone()), (20, c.clone())], &[(10, a.clone())]), [0; 0]);
        assert_eq!(order(&[(10, a.clone())], &elsewhere), [20, 10]);
        // Two rules that exchange places.
        assert_eq!(order(&before, &[(10, b), (20, a)]), [10, 20]);
    }

    #[test]
    fn conditions_that_nk_does_not_make_are_told_in_words() {
        let method = RuleCondition::builder().field("http-request-method").build();
        let found = rules(&[rule("10", [conditions(&wanted()), vec![method]].concat())], None);
        let words = "a condition on http-request-method".to_owned();
        assert_eq!(found[&10], ListenerRule { action: ListenerAction::Other(words), ..wanted() });
    }
}
