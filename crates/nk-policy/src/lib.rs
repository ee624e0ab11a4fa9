//! The smallest IAM policy that nk needs for a stack.
//!
//! Each kind states what it needs (see [`nk_model::Grant`]); this crate combines what the kinds of
//! one stack need for one command. Resources with a name are allowed by the beginning of the
//! stack's names, so that the policy stays sufficient when a service is added or removed; resources
//! that have only an id are allowed by the stack's tag.

mod statement;

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{KINDS, Tags};
use nk_model::{Desired, Grant, Json, KindInfo, Only, Purpose, StackId};
use serde_json::json;
use statement::Allowances;
pub use statement::{Condition, Statement, grant_hint};

/// The maximum number of characters of a managed policy, without white space. See
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
pub const MANAGED: usize = 6_144;
/// The maximum for all inline policies of a role together.
pub const EMBEDDED: usize = 10_240;

/// The lock; see `Cloud` in `nk-engine`.
const LOCK: [Grant; 2] = [
    Grant::look(&["ssm:GetParameter"]).on(PARAMETER),
    Grant::follow(&[
        "ssm:AddTagsToResource",
        "ssm:DeleteParameter",
        "ssm:GetParameterHistory",
        "ssm:PutParameter",
    ])
    .on(PARAMETER),
];
/// The tags of many resources, and whether there is more than the stack file can describe.
const INDEX: Grant = Grant::shortcut(&["tag:GetResources"]);
const PARAMETER: &[&str] = &["ssm:{region}:{account}:parameter{lock}"];

/// The command that a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Planning, and other commands that only read.
    Plan,
    /// Applying, without deleting what cannot be created again.
    Apply,
    /// Destroying, including protected resources.
    Destroy,
    /// All commands.
    Everything,
}

impl Scope {
    /// Whether resources are read that the stack file cannot describe: a destroy looks for
    /// everything that the stack may have left.
    pub fn reads_everything(self) -> bool {
        matches!(self, Self::Destroy | Self::Everything)
    }

    fn covers(self, purpose: Purpose, precious: bool) -> bool {
        match (self, purpose) {
            (Self::Everything, _) | (_, Purpose::Look) => true,
            (Self::Plan, _) | (_, Purpose::Fill) => false,
            (_, Purpose::Follow) => true,
            (Self::Apply, Purpose::Remove) => !precious,
            (Self::Apply, purpose) => purpose == Purpose::Make,
            (Self::Destroy, purpose) => {
                matches!(purpose, Purpose::Remove | Purpose::Bury | Purpose::Lift)
            }
        }
    }
}

/// Where a stack is created.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The region.
    pub region: &'a str,
    /// The account; any if it is not known.
    pub account: Option<&'a str>,
}

impl Place<'_> {
    /// Such as `aws`: the beginning of ARNs differs between the public regions and the others.
    fn partition(&self) -> &'static str {
        match self.region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    fn arn(&self, stack: &StackId, template: &str) -> String {
        if template == "*" {
            return template.to_owned();
        }
        let rest = template
            .replace("{region}", self.region)
            .replace("{account}", self.account.unwrap_or("*"))
            .replace("{stack}", &stack.prefix())
            .replace("{lower}", &stack.prefix().to_lowercase())
            .replace("{lock}", &stack.lock_name());
        format!("arn:{}:{rest}", self.partition())
    }
}

/// A policy: what it allows, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its statements. No two allow the same action on the same resource under one condition.
    pub statements: Vec<Statement>,
}

impl Policy {
    /// What this stack needs: for reading, everything of these kinds, because resources from before
    /// a change of the stack file must be found; for the rest, what the stack describes. With
    /// `shortcuts`, also what only saves calls.
    pub fn new(
        desired: &Desired,
        kinds: &[KindInfo],
        place: Place<'_>,
        scope: Scope,
        shortcuts: bool,
    ) -> Self {
        let mut specs: BTreeMap<&str, Vec<&Json>> = BTreeMap::new();
        for (address, resource) in &desired.resources {
            specs.entry(address.kind()).or_default().push(&resource.spec);
        }
        let mut allowances = Allowances::default();
        let mut allow = |grant: &Grant, specs: &[&Json]| {
            let arns = || grant.on.iter().map(|template| place.arn(&desired.stack, template));
            let condition = condition(grant.only, &desired.stack, specs);
            for action in grant.actions {
                allowances.add(action, arns(), condition.clone());
            }
        };
        // If not every kind is read, only the index shows whether there is more.
        if shortcuts || kinds.len() < KINDS.len() {
            allow(&INDEX, &[]);
        }
        for grant in LOCK.iter().filter(|grant| scope.covers(grant.purpose, false)) {
            allow(grant, &[]);
        }
        for kind in kinds {
            let specs = specs.get(kind.kind).map_or(&[][..], Vec::as_slice);
            let needed = |grant: &&Grant| {
                let covered = match grant.purpose {
                    Purpose::Look => true,
                    Purpose::Shortcut => shortcuts,
                    purpose => {
                        !specs.is_empty() && scope.covers(purpose, kind.replacement.precious)
                    }
                };
                covered && given(grant, specs)
            };
            for grant in kind.grants.iter().filter(needed) {
                allow(grant, specs);
            }
        }
        Self { statements: allowances.statements() }
    }

    /// The policy as a document.
    pub fn document(&self) -> Json {
        let statements: Vec<_> = self.statements.iter().map(Statement::document).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    /// The number of characters that IAM counts.
    pub fn size(&self) -> usize {
        // No value contains white space, so text without any has none to count.
        self.document().to_string().chars().count()
    }

    /// The same, split into as many policies as are necessary for each to fit into `limit`
    /// characters.
    pub fn parts(&self, limit: usize) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        for statement in &self.statements {
            let fits = |part: &&mut Self| {
                let statements = [&part.statements[..], std::slice::from_ref(statement)].concat();
                Self { statements }.size() <= limit
            };
            match parts.iter_mut().find(fits) {
                Some(part) => part.statements.push(statement.clone()),
                None => parts.push(Self { statements: vec![statement.clone()] }),
            }
        }
        parts
    }
}

/// Whether one of the specs has the field that the grant is for.
fn given(grant: &Grant, specs: &[&Json]) -> bool {
    let Some(field) = grant.given else { return true };
    let set = |value: &Json| match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(value) => value.as_f64() != Some(0.0),
        Json::String(value) => !value.is_empty(),
        Json::Array(values) => !values.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
    };
    specs.iter().any(|spec| spec.get(field).is_some_and(set))
}

fn condition(only: Only, stack: &StackId, specs: &[&Json]) -> Option<(String, BTreeSet<String>)> {
    let stack = || BTreeSet::from([stack.prefix()]);
    match only {
        Only::Always => None,
        Only::Tagged => Some((format!("aws:ResourceTag/{}", Tags::STACK), stack())),
        Only::Tagging => Some((format!("aws:RequestTag/{}", Tags::STACK), stack())),
        Only::Is(key, values) => {
            Some((key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
        }
        Only::Among(key, field) => {
            let sets = specs.iter().filter_map(|spec| spec.get(field)?.as_array());
            let values = sets.flatten().filter_map(|value| value.as_str().map(str::to_owned));
            Some((key.to_owned(), values.collect()))
        }
    }
}

#[cfg(test)]
mod tests;
