//! What a policy document allows, read as IAM reads it.
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// What a request asks for: an action on a resource, with the known condition keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Such as `ec2:CreateVpc`.
    pub action: String,
    /// An ARN, or `*` if the action takes no resource.
    pub resource: String,
    /// The condition keys that are set, and their values.
    pub context: BTreeMap<String, String>,
}

/// A policy document.
#[derive(Debug, Clone)]
pub struct Policy(Vec<Statement>);

#[derive(Debug, Clone)]
struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<(String, Vec<String>)>,
}

impl Policy {
    /// Reads a document.
    ///
    /// # Panics
    ///
    /// If it contains something unknown, because nothing may be ignored.
    pub fn parse(text: &str) -> Self {
        let document: Json = serde_json::from_str(text).expect("a policy is JSON");
        assert_eq!(document["Version"], "2012-10-17");
        let statements = document["Statement"].as_array().expect("a policy has statements");
        Self(statements.iter().map(Statement::parse).collect())
    }

    /// Every action that it names.
    pub fn actions(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(|statement| statement.actions.clone()).collect()
    }

    /// Whether it allows this.
    pub fn allows(&self, demand: &Demand) -> bool {
        self.0.iter().any(|statement| statement.allows(demand))
    }
}

impl Statement {
    fn parse(statement: &Json) -> Self {
        let fields = statement.as_object().expect("a statement is an object");
        let known = ["Effect", "Action", "Resource", "Condition"];
        assert!(fields.keys().all(|key| known.contains(&key.as_str())), "{statement}");
        assert_eq!(statement["Effect"], "Allow");
        let operators = statement["Condition"].as_object().into_iter().flatten();
        let conditions = operators.flat_map(|(operator, keys)| {
            assert!(["ArnEquals", "StringEquals"].contains(&operator.as_str()), "{operator}");
            let keys = keys.as_object().expect("a condition has keys");
            keys.iter().map(|(key, values)| (key.clone(), list(values)))
        });
        Self {
            actions: list(&statement["Action"]),
            resources: list(&statement["Resource"]),
            conditions: conditions.collect(),
        }
    }

    fn allows(&self, demand: &Demand) -> bool {
        let Demand { action, resource, context } = demand;
        self.actions.contains(action)
            && self.resources.iter().any(|pattern| matches(pattern, resource))
            && self
                .conditions
                .iter()
                .all(|(key, values)| context.get(key).is_some_and(|value| values.contains(value)))
    }
}

fn list(value: &Json) -> Vec<String> {
    let text = |value: &Json| value.as_str().expect("a policy holds texts").to_owned();
    match value {
        Json::Array(values) => values.iter().map(text).collect(),
        value => vec![text(value)],
    }
}

/// Whether a text matches a pattern, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| matches(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"},
        {"Effect": "Allow", "Action": ["ec2:DeleteVpc"], "Resource": "arn:aws:ec2:r:*:vpc/*",
         "Condition": {"StringEquals": {"aws:ResourceTag/nk:stack": ["a", "b"]}}}
    ]}"#;

    fn demand(action: &str, resource: &str, tag: Option<&str>) -> Demand {
        let tag = tag.map(|tag| ("aws:ResourceTag/nk:stack".to_owned(), tag.to_owned()));
        Demand {
            action: action.into(),
            resource: resource.into(),
            context: tag.into_iter().collect(),
        }
    }

    #[test]
    fn only_what_a_statement_says_is_allowed() {
        let policy = Policy::parse(POLICY);
        let vpc = "arn:aws:ec2:r:123:vpc/vpc-1";
        assert!(policy.allows(&demand("ec2:DescribeVpcs", "*", None)));
        assert!(policy.allows(&demand("ec2:DeleteVpc", vpc, Some("a"))));
        for other in [
            demand("ec2:CreateVpc", vpc, Some("a")),
            demand("ec2:DeleteVpc", vpc, Some("c")),
            demand("ec2:DeleteVpc", vpc, None),
            demand("ec2:DeleteVpc", "arn:aws:ec2:r:123:subnet/vpc-1", Some("a")),
            demand("ec2:DeleteVpc", "*", Some("a")),
        ] {
            assert!(!policy.allows(&other), "{other:?}");
        }
    }
}
