//! Checks names against the lengths and patterns of AWS.

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::kind;
use nk_model::{Address, Json, NameRule};

use super::Check;
use crate::problem::{Problem, Span};

/// Words that Cognito does not allow in a domain.
const NOT_IN_DOMAINS: [&str; 3] = ["aws", "amazon", "cognito"];

/// Checks the names of the resources of a stack; `chosen` are the places of the names that the file
/// chooses.
pub(crate) fn check(check: &mut Check<'_>, chosen: &BTreeMap<&str, &Span>, project: &Span) {
    let mut seen = BTreeSet::new();
    for (address, resource) in &check.desired.resources {
        let Some(rule) = kind(address.kind()).and_then(|kind| kind.name) else { continue };
        let Some(name) = resource.spec.get(rule.field).and_then(Json::as_str) else { continue };
        let span = chosen.get(address.name()).copied().unwrap_or(project);
        if let Some((message, label)) = refusal(&rule, address, name) {
            let problem = Problem::new(span, message, label);
            check.report(match address.kind() {
                "target-group" => problem.help(format!(
                    "set `services.{}.route.name` to a shorter name for the target group",
                    address.name()
                )),
                _ => problem,
            });
        }
        if !seen.insert((address.kind(), name.to_lowercase())) {
            let message = format!(
                "`{address}` would have the name `{name}`, which another {} already has",
                address.kind()
            );
            check.report(Problem::new(span, message, "duplicate name"));
        }
    }
}

fn refusal(rule: &NameRule, address: &Address, name: &str) -> Option<(String, String)> {
    let length = name.chars().count();
    if length > rule.longest {
        let message = format!(
            "`{address}` would have the name `{name}` with {length} characters; AWS allows {}",
            rule.longest
        );
        return Some((message, format!("{} too many", length - rule.longest)));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || rule.punctuation.contains(c);
    if !name.chars().all(fits) {
        let message = format!("`{address}` would have the name `{name}`, which AWS does not allow");
        return Some((message, "contains characters that AWS does not allow".to_owned()));
    }
    match address.kind() {
        "secret" => secret(address, name),
        "user-pool-domain" => domain(address, name),
        _ => None,
    }
}

/// The ARNs of secrets end like this, so AWS could not distinguish such a name from an ARN.
fn secret(address: &Address, name: &str) -> Option<(String, String)> {
    let (_, end) = name.rsplit_once('-')?;
    let suffix = end.len() == 6 && end.chars().all(|c| c.is_ascii_alphanumeric());
    suffix.then(|| {
        let message = format!(
            "`{address}` would have the name `{name}`, which Secrets Manager could confuse \
                     with the end of an ARN"
        );
        (message, "ends in a hyphen and six characters".to_owned())
    })
}

fn domain(address: &Address, prefix: &str) -> Option<(String, String)> {
    let word = NOT_IN_DOMAINS.iter().find(|word| prefix.contains(**word))?;
    let message = format!("`{address}` would have the name `{prefix}`, which contains `{word}`");
    Some((message, format!("Cognito does not allow `{word}` in a domain")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_may_not_end_like_an_arn() {
        let rule = kind("secret").unwrap().name.unwrap();
        let address = Address::new("secret", "x");
        assert!(refusal(&rule, &address, "neuraKnot-dev-secret").is_some());
        assert!(refusal(&rule, &address, "neuraKnot-dev-db-password").is_none());
    }
}
