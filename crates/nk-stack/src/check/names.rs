//! Names in AWS against the lengths and characters that it takes.

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{KINDS, cognito::UserPoolDomain, secretsmanager::Secret};
use nk_model::{Address, Json, Kind, NameRule};

use super::Check;
use crate::problem::{Problem, Span};

/// Words that Cognito does not have in a domain.
const NOT_IN_DOMAINS: [&str; 3] = ["aws", "amazon", "cognito"];

/// Whether nk gives names to resources of this kind.
pub(crate) fn is_named(kind: &str) -> bool {
    rule_of(kind).is_some()
}

/// The kinds whose resources nk gives names to.
pub(crate) fn named_kinds() -> impl Iterator<Item = &'static str> + Clone {
    KINDS.iter().filter(|kind| kind.name.is_some()).map(|kind| kind.kind)
}

fn rule_of(kind: &str) -> Option<NameRule> {
    nk_kinds::kind(kind)?.name
}

/// Checks the names of what the stack asks for, but for those that its file states, whose own section
/// does: no two of a kind may have one name. `chosen` are the places of the names that the file
/// chooses.
pub(crate) fn check(check: &mut Check<'_>, chosen: &BTreeMap<&str, &Span>, project: &Span) {
    let mut seen = BTreeSet::new();
    for (address, resource) in &check.desired.resources {
        let Some(rule) = rule_of(address.kind()) else { continue };
        let Some(name) = resource.spec.get(rule.field).and_then(Json::as_str) else { continue };
        let stated = check.stack.stated(address).map(|stated| &stated.span);
        let span = stated.or(chosen.get(address.name()).copied()).unwrap_or(project);
        let refused = || refusal(address, name, span).or(ends_like_an_arn(address, name, span));
        if let Some(problem) = stated.is_none().then(refused).flatten() {
            check.report(match address.kind() {
                "target-group" => problem.help(format!(
                    "set `services.{}.route.name` to a shorter name for the target group",
                    address.name()
                )),
                _ => problem,
            });
        }
        if !seen.insert((address.kind(), name.to_lowercase())) {
            let message =
                format!("`{address}` would be called `{name}`, like another {}", address.kind());
            check.report(Problem::new(span, message, "a name given twice"));
        }
    }
}

/// What AWS would have against a name, which the stack file is to blame for at this place.
pub(crate) fn refusal(address: &Address, name: &str, span: &Span) -> Option<Problem> {
    let rule = rule_of(address.kind())?;
    let called = |what: &str| format!("`{address}` would be called `{name}`, which {what}");
    let length = name.chars().count();
    if length > rule.longest {
        let message = called(&format!("has {length} characters; AWS takes {}", rule.longest));
        let label = format!("{} too many", length - rule.longest);
        return Some(Problem::new(span, message, label));
    }
    let fits = |c: char| {
        c.is_ascii_lowercase()
            || c.is_ascii_digit()
            || c.is_ascii_uppercase() && !rule.lower
            || rule.punctuation.contains(c)
    };
    if name.is_empty() || !name.chars().all(fits) {
        let label = "characters that AWS does not take";
        return Some(Problem::new(span, called("AWS does not take"), label));
    }
    let word = NOT_IN_DOMAINS.iter().find(|word| name.contains(**word));
    let word = word.filter(|_| address.kind() == UserPoolDomain::KIND)?;
    let label = format!("Cognito has no domains with `{word}`");
    Some(Problem::new(span, called(&format!("contains `{word}`")), label))
}

/// AWS ends the ARNs of secrets so, and may take such a name for a part of an ARN. Others may have
/// given one nevertheless; nk does not.
fn ends_like_an_arn(address: &Address, name: &str, span: &Span) -> Option<Problem> {
    let (_, end) = name.rsplit_once('-').filter(|_| address.kind() == Secret::KIND)?;
    let message = format!("`{address}` would be called `{name}`, which looks like an ARN's end");
    let is_suffix = end.len() == 6 && end.chars().all(|c| c.is_ascii_alphanumeric());
    is_suffix.then(|| Problem::new(span, message, "ends in a hyphen and six characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_may_not_end_like_an_arn() {
        let address = Address::new("secret", "x");
        let ends = |name| ends_like_an_arn(&address, name, &(0..0)).is_some();
        assert!(ends("neuraKnot-dev-secret") && !ends("neuraKnot-dev-db-password"));
    }
}
