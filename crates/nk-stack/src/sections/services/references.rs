//! `@{…}` in a stack file, and secrets by name: each must name something that exists.

use std::collections::BTreeSet;

use nk_kinds::secretsmanager::Secret;
use nk_model::{Address, Kind, placeholders};

use super::service::Service;
use crate::{
    check::Check,
    decode::{At, advice, listed, nearest},
    problem::Problem,
};

/// Checks the references of a service.
pub(super) fn check(service: &Service, check: &mut Check<'_>) {
    for value in service.environment.iter().map(|(_, value)| value).chain(&service.image) {
        check_text(value, check);
    }
    for (_, value) in &service.secrets {
        check_secret(value, check);
    }
}

fn check_text(text: &At<String>, check: &mut Check<'_>) {
    let found = match placeholders(&text.value) {
        Ok(found) => found,
        Err(error) => {
            let problem = Problem::new(&text.span, error.to_string(), "not a reference");
            check.report(problem.help("a reference looks like `@{user-pool.main.id}`"));
            return;
        }
    };
    for placeholder in found {
        let address = &placeholder.address;
        if ["service", "task-definition"].contains(&address.kind()) {
            let message = format!("a container cannot refer to `{address}`");
            let label = "it is created after the container is defined";
            check.report(Problem::new(&text.span, message, label));
            continue;
        }
        let kind = nk_kinds::kind(address.kind());
        if kind.is_none() || check.whole && !check.desired.resources.contains_key(address) {
            let message =
                format!("`{placeholder}` refers to `{address}`, which is not in the stack");
            let known: Vec<_> = check.desired.resources.keys().map(Address::as_str).collect();
            let help = match nearest(address.as_str(), known) {
                Some(word) => format!("did you mean `{word}`?"),
                None => "`nk show` lists the resources".to_owned(),
            };
            check.report(Problem::new(&text.span, message, "unknown resource").help(help));
        } else if let Some(kind) = kind
            && !kind.outputs.contains(&placeholder.output.as_str())
        {
            let message =
                format!("the kind `{}` has no output `{}`", kind.kind, placeholder.output);
            let known = kind.outputs.iter().copied();
            let help = advice(&placeholder.output, "outputs", known);
            check.report(Problem::new(&text.span, message, "unknown output").help(help));
        }
    }
}

fn check_secret(value: &At<String>, check: &mut Check<'_>) {
    let (secret, key) = match value.value.split_once(':') {
        Some((secret, key)) => (secret, Some(key)),
        None => (value.value.as_str(), None),
    };
    let secrets = check.desired.resources.keys().filter(|one| one.kind() == Secret::KIND);
    let known: BTreeSet<_> = secrets.map(Address::name).collect();
    if check.whole && !known.contains(secret) {
        let message = format!("the stack has no secret `{secret}`");
        let help = advice(secret, "secrets", known.iter().copied());
        check.report(Problem::new(&value.span, message, "unknown secret").help(help));
    }
    let Some(key) = key else { return };
    if key.contains('.') {
        let message = format!(
            "ECS cannot read `{key}`; it reads only the top-level keys of a \
                               secret"
        );
        let top = key.split('.').next().unwrap_or_default();
        let help = format!("use {} and let the application read the key inside it", listed([top]));
        let problem = Problem::new(&value.span, message, "not a top-level key");
        check.report(problem.help(help));
    } else if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    {
        let message = format!("`{}` does not name a key of a secret", value.value);
        let help = "write it as `oauth-credentials:google`";
        check.report(Problem::new(&value.span, message, "key is missing").help(help));
    }
}
