//! Combines single grants into as few statements as allow the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use nk_model::{Denied, Json};
use serde_json::json;

/// What a statement allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The actions.
    pub actions: BTreeSet<String>,
    /// The ARNs on which they are allowed, with wildcards, or `*`.
    pub resources: BTreeSet<String>,
    /// The condition.
    pub condition: Option<Condition>,
}

/// The condition: the key has one of the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Such as `aws:ResourceTag/nk:stack`.
    pub key: String,
    /// The values.
    pub values: BTreeSet<String>,
}

impl Statement {
    /// The statement as it is written in a document.
    pub fn document(&self) -> Json {
        let mut document = json!({
            "Effect": "Allow",
            "Action": list(&self.actions),
            "Resource": list(&self.resources),
        });
        if let Some(Condition { key, values }) = &self.condition {
            let operator = if key == "iam:PolicyARN" { "ArnEquals" } else { "StringEquals" };
            document["Condition"] = json!({operator: {key: list(values)}});
        }
        document
    }

    /// A statement that allows what was denied; none if nothing was.
    fn granting<'a>(denied: impl IntoIterator<Item = &'a Denied>) -> Option<Self> {
        let (mut actions, mut resources) = (BTreeSet::new(), BTreeSet::new());
        for Denied { action, resource } in denied {
            actions.insert(action.clone());
            resources.insert(resource.clone());
        }
        if resources.contains("*") {
            resources.retain(|resource| resource == "*");
        }
        (!actions.is_empty()).then_some(Self { actions, resources, condition: None })
    }

    /// Whether both can be combined without allowing more.
    ///
    /// An action applies only to resources of certain types. Together with ARNs of other types it
    /// allows nothing new; together with other ARNs of its own types it would.
    fn joins(&self, other: &Self) -> bool {
        let key = |statement: &Self| statement.condition.as_ref().map(|one| one.key.clone());
        if key(self) != key(other) || service(&self.resources) != service(&other.resources) {
            return false;
        }
        let clash = |these: &Self, those: &Self| {
            let types: BTreeSet<_> = these.resources.iter().map(|arn| kind(arn)).collect();
            those.resources.difference(&these.resources).any(|arn| types.contains(kind(arn)))
        };
        !clash(self, other) && !clash(other, self)
    }
}

/// What would allow the caller what was denied; none if nothing was.
pub fn grant_hint<'a>(denied: impl IntoIterator<Item = &'a Denied>) -> Option<String> {
    let statement = Statement::granting(denied)?.document();
    Some(format!("add this statement to the caller's policy: {statement}"))
}

/// A list as in a document: a single entry stands for itself.
fn list(values: &BTreeSet<String>) -> Json {
    match values.first().filter(|_| values.len() == 1) {
        Some(one) => json!(one),
        None => json!(values),
    }
}

/// The service of ARNs of one service; none for `*`.
fn service(arns: &BTreeSet<String>) -> Option<&str> {
    arns.first()?.split(':').nth(2)
}

/// An ARN up to the type of its resource: everything before the first `/` or `:` of its last part.
fn kind(arn: &str) -> &str {
    let last = arn.match_indices(':').nth(4).map_or(0, |(at, _)| at + 1);
    let end = arn[last..].find(['/', ':']).map_or(arn.len(), |at| last + at);
    &arn[..end]
}

/// Whether the first pattern matches everything that the second matches.
fn covers(wide: &str, narrow: &str) -> bool {
    wide.strip_suffix('*').is_some_and(|start| wide != narrow && narrow.starts_with(start))
}

/// Single grants, being collected.
#[derive(Debug, Default)]
pub(crate) struct Allowances {
    /// The resources by the condition's key and the action.
    resources: BTreeMap<(Option<String>, String), BTreeSet<String>>,
    /// The values by the condition's key.
    values: BTreeMap<String, BTreeSet<String>>,
}

impl Allowances {
    /// Allows an action on resources if a key has one of the values. Only one action is asked for
    /// with a key whose values differ between grants, so all of them may be its values.
    pub(crate) fn add(
        &mut self,
        action: &str,
        resources: impl IntoIterator<Item = String>,
        condition: Option<(String, BTreeSet<String>)>,
    ) {
        let key = condition.map(|(key, values)| {
            self.values.entry(key.clone()).or_default().extend(values);
            key
        });
        self.resources.entry((key, action.to_owned())).or_default().extend(resources);
    }

    /// The statements that allow exactly this.
    pub(crate) fn statements(self) -> Vec<Statement> {
        let Self { resources, values } = self;
        let mut statements: Vec<Statement> = Vec::new();
        for ((key, action), resources) in resources {
            let narrow = |arn: &String| !resources.iter().any(|wide| covers(wide, arn));
            let condition = key.map(|key| Condition {
                values: values.get(&key).cloned().unwrap_or_default(),
                key,
            });
            let one = Statement {
                actions: iter::once(action).collect(),
                resources: resources.iter().filter(|arn| narrow(arn)).cloned().collect(),
                condition,
            };
            match statements.iter_mut().find(|statement| statement.joins(&one)) {
                Some(statement) => {
                    statement.actions.extend(one.actions);
                    statement.resources.extend(one.resources);
                }
                None => statements.push(one),
            }
        }
        statements
    }
}
