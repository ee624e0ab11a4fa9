//! `@{…}` in a stack file, and secrets by name: each must name something that there is.

use std::collections::BTreeSet;

use nk_model::{Desired, placeholders};

use crate::{
    At, ServiceSection, Stack,
    decode::{advice, listed, nearest},
    problem::Problem,
};

/// Checks those of a service against the stack, which is `whole` if all of it could be read: a reference
/// to something whose section could not may well be right.
pub(super) fn check(
    service: &ServiceSection,
    stack: &Stack,
    desired: &Desired,
    whole: bool,
    problems: &mut Vec<Problem>,
) {
    let values = service.environment.iter().map(|(_, value)| value).chain(&service.image);
    for value in values {
        check_text(desired, value, whole, problems);
    }
    for (_, value) in &service.secrets {
        check_secret(stack, value, whole, problems);
    }
}

fn check_text(desired: &Desired, text: &At<String>, whole: bool, problems: &mut Vec<Problem>) {
    let found = match placeholders(&text.value) {
        Ok(found) => found,
        Err(error) => {
            let problem = Problem::new(&text.span, error.to_string(), "not a reference");
            problems.push(problem.help("it looks like `@{user-pool.main.id}`"));
            return;
        }
    };
    for placeholder in found {
        let address = &placeholder.address;
        if ["service", "task-definition"].contains(&address.kind()) {
            let message = format!("a container cannot refer to `{address}`");
            let label = "services exist only after their containers are defined";
            problems.push(Problem::new(&text.span, message, label));
            continue;
        }
        let kind = nk_kinds::kind(address.kind());
        if kind.is_none() || whole && !desired.resources.contains_key(address) {
            let message =
                format!("`{placeholder}` refers to `{address}`, which is not in the stack");
            let known: Vec<_> = desired.resources.keys().map(nk_model::Address::as_str).collect();
            let help = match nearest(address.as_str(), known) {
                Some(word) => format!("did you mean `{word}`?"),
                None => "`nk show` lists what there is".to_owned(),
            };
            problems.push(Problem::new(&text.span, message, "refers to nothing").help(help));
        } else if let Some(kind) = kind
            && !kind.outputs.contains(&placeholder.output.as_str())
        {
            let message = format!("a {} has no output `{}`", kind.kind, placeholder.output);
            let known = kind.outputs.iter().copied();
            let help = advice(&placeholder.output, "outputs", known);
            problems.push(Problem::new(&text.span, message, "no such output").help(help));
        }
    }
}

fn check_secret(stack: &Stack, value: &At<String>, whole: bool, problems: &mut Vec<Problem>) {
    let (secret, key) = match value.value.split_once(':') {
        Some((secret, key)) => (secret, Some(key)),
        None => (value.value.as_str(), None),
    };
    let known: BTreeSet<_> = stack.secret_names().into_iter().collect();
    if whole && !known.contains(secret) {
        let message = format!("there is no secret `{secret}` in the stack");
        let help = advice(secret, "secrets", known.iter().copied());
        problems.push(Problem::new(&value.span, message, "no such secret").help(help));
    }
    let Some(key) = key else { return };
    if key.contains('.') {
        let message = format!("ECS cannot read `{key}`: it knows only the top level of a secret");
        let top = key.split('.').next().unwrap_or_default();
        let help = format!("take {} and let the application read on", listed([top]));
        let problem = Problem::new(&value.span, message, "below the top level");
        problems.push(problem.help(help));
    } else if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    {
        let message = format!("`{}` does not name a key of a secret", value.value);
        let help = "it looks like `oauth-credentials:google`";
        problems.push(Problem::new(&value.span, message, "not a key").help(help));
    }
}
