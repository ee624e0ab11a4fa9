//! Physical names against the lengths and patterns of AWS.

use std::collections::BTreeSet;

use nk_model::{Address, Desired, Json};

use crate::{
    Stack,
    problem::{Problem, Span},
};

/// What AWS takes as a name of one kind.
struct Rule {
    kind: &'static str,
    /// The field of the spec that holds the name.
    field: &'static str,
    longest: usize,
    /// The punctuation it may contain beside letters and digits.
    punctuation: &'static str,
}

const fn rule(
    kind: &'static str,
    field: &'static str,
    longest: usize,
    punctuation: &'static str,
) -> Rule {
    Rule { kind, field, longest, punctuation }
}

/// From the service models of AWS.
const RULES: [Rule; 18] = [
    rule("security-group", "name", 255, "-._ "),
    rule("role", "name", 64, "+=,.@-_"),
    rule("secret", "name", 512, "/_+=.@-"),
    rule("user-pool", "name", 128, "_+=,.@- "),
    rule("user-pool-client", "name", 128, "_+=,.@- "),
    rule("user-pool-domain", "prefix", 63, "-"),
    rule("db-subnet-group", "name", 255, "._- "),
    rule("db-parameter-group", "name", 255, "-"),
    rule("db-instance", "name", 63, "-"),
    rule("cluster", "name", 255, "-_"),
    rule("task-definition", "family", 255, "-_"),
    rule("service", "name", 255, "-_"),
    rule("repository", "name", 256, "-._/"),
    rule("log-group", "name", 512, "-._/#"),
    rule("load-balancer", "name", 32, "-"),
    rule("target-group", "name", 32, "-"),
    rule("dashboard", "name", 255, "-_"),
    rule("alarm", "name", 255, "-_."),
];

/// Words that Cognito does not have in a domain.
const NOT_IN_DOMAINS: [&str; 3] = ["aws", "amazon", "cognito"];

pub(super) fn check(stack: &Stack, desired: &Desired, project: &Span, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for (address, resource) in &desired.resources {
        let Some(rule) = RULES.iter().find(|rule| rule.kind == address.kind()) else { continue };
        let Some(name) = resource.spec.get(rule.field).and_then(Json::as_str) else { continue };
        let service = stack.services.iter().find(|service| service.name == address.name());
        let span = service.map_or(project, |service| &service.span);
        if let Some((message, label)) = refusal(rule, address, name) {
            let problem = Problem::new(span, message, label);
            problems.push(match rule.kind {
                "target-group" => problem.help(format!(
                    "set `services.{}.route.name` to a shorter name for the target group",
                    address.name()
                )),
                _ => problem,
            });
        }
        if !seen.insert((rule.kind, name.to_lowercase())) {
            let message =
                format!("`{address}` would be called `{name}`, like another {}", rule.kind);
            problems.push(Problem::new(span, message, "a name given twice"));
        }
    }
}

fn refusal(rule: &Rule, address: &Address, name: &str) -> Option<(String, String)> {
    let length = name.chars().count();
    if length > rule.longest {
        let message = format!(
            "`{address}` would be called `{name}`, which has {length} characters; AWS takes {}",
            rule.longest
        );
        return Some((message, format!("{} too many", length - rule.longest)));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || rule.punctuation.contains(c);
    if !name.chars().all(fits) {
        let message = format!("`{address}` would be called `{name}`, which AWS does not take");
        return Some((message, "characters that AWS does not take".to_owned()));
    }
    match rule.kind {
        "secret" => secret(address, name),
        "user-pool-domain" => domain(address, name),
        _ => None,
    }
}

/// AWS ends the ARNs of secrets so, and then cannot tell such a name from an ARN.
fn secret(address: &Address, name: &str) -> Option<(String, String)> {
    let (_, end) = name.rsplit_once('-')?;
    let suffix = end.len() == 6 && end.chars().all(|c| c.is_ascii_alphanumeric());
    suffix.then(|| {
        let message =
            format!("`{address}` would be called `{name}`, which looks like an ARN's end");
        (message, "ends in a hyphen and six characters".to_owned())
    })
}

fn domain(address: &Address, prefix: &str) -> Option<(String, String)> {
    let word = NOT_IN_DOMAINS.iter().find(|word| prefix.contains(**word))?;
    let message = format!("`{address}` would be called `{prefix}`, which contains `{word}`");
    Some((message, format!("Cognito has no domains with `{word}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_may_not_end_like_an_arn() {
        let rule = rule("secret", "name", 512, "/_+=.@-");
        let address = Address::new("secret", "x");
        assert!(refusal(&rule, &address, "neuraKnot-dev-secret").is_some());
        assert!(refusal(&rule, &address, "neuraKnot-dev-db-password").is_none());
    }
}
