//! What sections ask of each other, and the names and references that come of them together.

mod names;
mod references;

use crate::{
    Stack, Survey,
    problem::{Problem, Span},
    tree::Table,
};

/// Checks a stack across its sections. A section that is there but could not be read has been
/// reported already, and nothing is held against the others for it.
pub(crate) fn check(stack: &Stack, table: &Table, project: &Span, problems: &mut Vec<Problem>) {
    let whole = problems.is_empty();
    let sections = Sections { stack, table };
    sections.network(problems);
    sections.zones(problems);
    sections.services(problems);
    let desired = stack.expand(&Survey::default());
    if !stack.id.project.is_empty() {
        names::check(stack, &desired, project, problems);
    }
    for service in &stack.services {
        references::check(service, stack, &desired, whole, problems);
    }
}

struct Sections<'a> {
    stack: &'a Stack,
    table: &'a Table,
}

impl Sections<'_> {
    fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn span(&self, key: &str) -> Option<&Span> {
        self.table.get(key).map(|node| &node.key)
    }

    /// What stands in the network needs one.
    fn network(&self, problems: &mut Vec<Problem>) {
        if self.has("network") {
            return;
        }
        for key in ["database", "load-balancer", "services"] {
            if let Some(span) = self.span(key) {
                let message = format!("`{key}` needs a network to stand in");
                let problem = Problem::new(span, message, "no `[network]` in this stack");
                problems.push(problem.help("add a `[network]` section"));
            }
        }
    }

    /// AWS puts load balancers and databases into two zones or none.
    fn zones(&self, problems: &mut Vec<Problem>) {
        let few = self.stack.network.as_ref().is_some_and(|network| network.zones.len() == 1);
        for key in ["database", "load-balancer"] {
            if let Some(span) = self.span(key).filter(|_| few) {
                let message = format!("`{key}` needs subnets in at least two zones");
                let problem = Problem::new(span, message, "the network has one zone");
                problems.push(problem.help("add a zone to `network.zones`"));
            }
        }
    }

    fn services(&self, problems: &mut Vec<Problem>) {
        for service in &self.stack.services {
            if service.database.value && !self.has("database") {
                let message = format!("`{}` uses a database that is not there", service.name);
                let label = "no `[database]` in this stack";
                problems.push(Problem::new(&service.database.span, message, label));
            }
            if let Some(route) = service.route.as_ref().filter(|_| !self.has("load-balancer")) {
                let message = format!("nothing routes to `{}`", service.name);
                let problem = Problem::new(&route.span, message, "no `[load-balancer]` here");
                problems.push(problem.help("add a `[load-balancer]` section, even an empty one"));
            }
        }
    }
}
