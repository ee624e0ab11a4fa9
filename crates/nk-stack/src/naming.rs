//! The names of a stack's resources at AWS: the only place that creates names.

use nk_model::{Address, StackId};

use crate::Stack;

/// The names that nk gives. `{stack}` is as in `neuraKnot-dev`; with `{lower}` in its place, the
/// whole name is in lower case. Other words in braces distinguish the resources of a kind: `{name}`
/// is the name in the stack, another word is something that the section knows.
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
    /// The name of a resource at AWS.
    pub(crate) fn called(&self, address: &Address) -> String {
        self.called_after(address, address.name())
    }

    /// The same for a resource that `word` distinguishes from others of its kind.
    pub(crate) fn called_after(&self, address: &Address, word: &str) -> String {
        filled(&self.id, pattern(address.kind()), word)
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
