//! `[names]`: what AWS calls resources that nk would call otherwise.

use std::collections::BTreeMap;

use nk_model::Address;

use crate::{
    Stack,
    check::{Check, names},
    decode::{Fields, advice},
    naming::Stated,
    problem::Problem,
    section::Section,
};

impl Section for Stated {
    const KEY: &'static str = "names";

    fn read(mut fields: Fields<'_, '_>, _: &Stack) -> Option<Self> {
        let mut stated = BTreeMap::new();
        for (key, name) in fields.texts() {
            let problem = match key.value.parse::<Address>() {
                Ok(address) if names::is_named(address.kind()) => {
                    stated.insert(address, (key.span, name));
                    continue;
                }
                Ok(address) => {
                    let kind = address.kind();
                    let (message, label) = match nk_kinds::kind(kind) {
                        Some(_) => (format!("nk finds a `{kind}` by its tags"), "has no name"),
                        None => (format!("there is no kind `{kind}`"), "unknown kind"),
                    };
                    let help = advice(kind, "kinds with names", names::named_kinds());
                    Problem::new(&key.span, message, label).help(help)
                }
                Err(error) => Problem::new(&key.span, error.to_string(), "not an address")
                    .help("it looks like `\"security-group.rds\" = \"other-name\"`"),
            };
            fields.report(problem);
        }
        Some(Self(stated))
    }

    fn check(&self, check: &mut Check<'_>) {
        for (address, (span, name)) in &self.0 {
            if let Some(problem) = names::refusal(address, &name.value, &name.span) {
                check.report(problem);
            }
            let known = known(address.kind(), check);
            if check.whole && !known.contains(&address.as_str()) {
                let message = format!("`{address}` is not in the stack");
                let help = advice(address.as_str(), "known addresses", known);
                check.report(Problem::new(span, message, "unknown address").help(help));
            }
        }
    }
}

/// The addresses of a kind that the stack asks for, or would with another section.
fn known<'a>(kind: &str, check: &'a Check<'_>) -> Vec<&'a str> {
    let all = check.fixed.iter().chain(check.desired.resources.keys());
    let mut known: Vec<_> =
        all.filter(|address| address.kind() == kind).map(Address::as_str).collect();
    known.sort_unstable();
    known.dedup();
    known
}
