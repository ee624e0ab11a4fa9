//! What AWS calls the resources of a stack: the one place that makes up names.

use std::collections::BTreeMap;

use nk_model::{Address, Names, StackId};

use crate::{Stack, decode::At, problem::Span};

/// The names that a stack file states, each with the place of its address.
#[derive(Debug, Clone)]
pub(crate) struct Stated(pub(crate) BTreeMap<Address, (Span, At<String>)>);

/// The names that nk gives. `{stack}` is as in `neuraKnot-dev`; with `{lower}` in its place all
/// of the name is in lower case. What else stands in braces tells the resources of a kind apart: `{name}` is the name in
/// the stack, another word is something that the section knows.
const PATTERNS: [(&str, &str); 25] = [
    ("vpc", "{stack}-vpc"),
    ("internet-gateway", "{stack}-igw"),
    ("subnet", "{stack}-{name}"),
    ("elastic-ip", "{stack}-nat-eip-{number}"),
    ("nat-gateway", "{stack}-{name}"),
    ("route-table", "{stack}-{table}"),
    ("security-group", "{stack}-{name}-sg"),
    ("role", "{stack}-{name}-role"),
    ("log-group", "/ecs/{stack}-{name}"),
    ("repository", "{lower}-{name}"),
    ("secret", "{stack}-{name}"),
    ("db-subnet-group", "{lower}-db-subnet-group"),
    ("db-parameter-group", "{lower}-db-parameter-group-{family}"),
    ("db-instance", "{lower}-db"),
    ("cluster", "{stack}-cluster"),
    ("task-definition", "{stack}-{name}"),
    ("service", "{stack}-{name}"),
    ("load-balancer", "{stack}-alb"),
    ("target-group", "{stack}-{short}-tg"),
    ("listener", "{stack}-{name}"),
    ("user-pool", "{stack}-user-pool"),
    ("user-pool-client", "{stack}-client"),
    ("user-pool-domain", "{lower}-{account}"),
    ("dashboard", "{stack}"),
    ("alarm", "{stack}-{name}-high"),
];

impl Stack {
    /// What AWS calls a resource: what the stack file says, or else what nk calls it.
    pub(crate) fn called(&self, address: &Address) -> String {
        self.called_after(address, address.name())
    }

    /// The same of a resource that `word` tells apart from others of its kind.
    pub(crate) fn called_after(&self, address: &Address, word: &str) -> String {
        match self.stated(address) {
            Some(name) => name.value.clone(),
            None => filled(&self.id, pattern(address.kind()), word),
        }
    }

    /// What the stack file says that AWS calls a resource.
    pub(crate) fn stated(&self, address: &Address) -> Option<&At<String>> {
        self.section::<Stated>()?.0.get(address).map(|(_, name)| name)
    }

    /// The names that are known whatever the stack asks for: those of `fixed`, which any stack may have,
    /// and those that its file states.
    pub(crate) fn known_names(&self, fixed: &[Address]) -> Names {
        let mut names = Names::default();
        for (kind, pattern) in PATTERNS {
            names.begin(kind, beginning(&self.id, pattern));
        }
        let is_told = |kind| pattern(kind).replace("{name}", "").matches('{').count() == 1;
        for address in fixed.iter().filter(|address| is_told(address.kind())) {
            // It may have been called so before the file stated another name.
            names.know(address.kind(), &filled(&self.id, pattern(address.kind()), address.name()));
            names.call(address, &self.called(address));
        }
        for (address, (_, name)) in self.section::<Stated>().iter().flat_map(|stated| &stated.0) {
            names.call(address, &name.value);
        }
        names
    }
}

fn pattern(kind: &str) -> &'static str {
    PATTERNS.iter().find(|(of, _)| *of == kind).map_or("{stack}-{name}", |(_, pattern)| pattern)
}

fn filled(stack: &StackId, pattern: &str, word: &str) -> String {
    let prefix = stack.prefix();
    let name = pattern.replace("{stack}", &prefix).replace("{lower}", &prefix);
    let name = match (name.find('{'), name.find('}')) {
        (Some(start), Some(end)) => name[..start].to_owned() + word + &name[end + 1..],
        _ => name,
    };
    if pattern.contains("{lower}") { name.to_lowercase() } else { name }
}

/// What all names of a pattern begin with, whatever follows the stack's.
fn beginning(stack: &StackId, pattern: &str) -> String {
    let end = pattern.find("}-").map_or(0, |at| at + 2);
    filled(stack, &pattern[..end], "")
}
