//! `[services]`: one table for each service, and the defaults for all services.

mod expand;
mod fargate;
mod lint;
mod references;
mod service;

use self::service::Defaults;
pub(super) use self::service::{Route, Service};
use crate::{
    Stack,
    check::Check,
    decode::{At, Fields, advice, listed},
    expansion::Expansion,
    problem::{Problem, Span},
    section::Section,
    tree::Node,
};

/// The services of a stack that could be read, in the order of the file.
#[derive(Debug)]
pub(super) struct Services(Vec<Service>);

/// Names that nk uses for its own resources where the name of a service could be used too.
const RESERVED: [&str; 2] = ["alb", "db"];
const SHARED: [&str; 3] = ["count", "cpu", "memory"];

impl Section for Services {
    const KEY: &'static str = "services";
    const ZONES: usize = 1;
    const RESOURCES: &'static [&'static str] = &[
        "security-group.ecs",
        "role.ecs-task-execution",
        "role.ecs-task",
        "cluster.main",
        "repository.*",
        "log-group.*",
        "task-definition.*",
        "service.*",
        "dashboard.main",
        "alarm.*",
    ];

    /// A table is a service; anything else is a default for all services.
    fn read(mut fields: Fields<'_, '_>, _: &Stack) -> Option<Self> {
        let tables = fields.tables();
        let defaults = Defaults::read(&mut fields);
        let names: Vec<_> = tables.iter().map(|(name, _)| name.as_str()).collect();
        let mut services = Vec::new();
        for (name, node) in &tables {
            check_name(name, node, fields.problems);
            let section = fields.below(name, node);
            services.extend(section.and_then(|section| Service::read(section, name, defaults)));
        }
        check_calls(&services, &names, fields.problems);
        check_routes(&services, fields.problems);
        fields.finish();
        (!tables.is_empty()).then_some(Self(services))
    }

    fn names(&self) -> Vec<(&str, &Span)> {
        self.0.iter().map(|service| (service.name.as_str(), &service.span)).collect()
    }

    fn check(&self, check: &mut Check<'_>) {
        for service in &self.0 {
            check_needs(service, check);
            references::check(service, check);
        }
    }

    fn expand(&self, expansion: &mut Expansion<'_>) {
        expand::services(expansion, &self.0);
    }

    fn lint(&self, expansion: &mut Expansion<'_>) {
        lint::lint(expansion, &self.0);
    }
}

impl Stack {
    /// Its services, in the order of the file.
    pub(super) fn services(&self) -> &[Service] {
        self.section::<Services>().map_or(&[], |services| &services.0)
    }
}

impl Defaults {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        let [count, cpu, memory] = SHARED.map(|key| fields.optional::<i64>(key));
        let count = fields.within("count", count, &(0..=1000));
        let value = |at: Option<At<i64>>| at.map(|at| at.value);
        Self { count: value(count), cpu: value(cpu), memory: value(memory) }
    }
}

fn check_name(name: &str, node: &Node, problems: &mut Vec<Problem>) {
    let form = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.ends_with('-')
        && !name.contains("--");
    if !form {
        let message = format!("`{name}` is not a valid name for a service");
        let help = "use a lower-case letter followed by lower-case letters, digits and single \
                    hyphens";
        problems.push(Problem::new(&node.key, message, "not a name").help(help));
    } else if SHARED.contains(&name) {
        let message = format!("`services.{name}` is a number for all services");
        problems.push(Problem::new(&node.key, message, "not a service"));
    } else if RESERVED.contains(&name) {
        let message = format!("`{name}` is not a valid name for a service");
        let help = format!("nk uses {} for resources of its own", listed(RESERVED));
        problems.push(Problem::new(&node.key, message, "reserved by nk").help(help));
    }
}

fn check_calls(services: &[Service], names: &[&str], problems: &mut Vec<Problem>) {
    for call in services.iter().flat_map(|service| &service.calls) {
        if !names.contains(&call.value.as_str()) {
            let message = format!("there is no service `{}`", call.value);
            let help = advice(&call.value, "services", names.iter().copied());
            problems.push(Problem::new(&call.span, message, "unknown service").help(help));
        }
    }
}

fn check_routes(services: &[Service], problems: &mut Vec<Problem>) {
    let mut default: Option<&str> = None;
    let mut priorities: Vec<i32> = Vec::new();
    for service in services {
        let Some(route) = &service.route else { continue };
        if route.value.is_default() {
            if let Some(other) = default {
                let message = format!(
                    "both `{other}` and `{}` are the default target of the load balancer",
                    service.name
                );
                let help = "add a `path` or a `host` to one of them";
                problems.push(
                    Problem::new(&route.span, message, "the second default target").help(help),
                );
            }
            default = default.or(Some(&service.name));
        }
        if let Some(priority) = &route.value.priority {
            if priorities.contains(&priority.value) {
                let message = format!("two routes have priority {}", priority.value);
                problems.push(Problem::new(&priority.span, message, "taken"));
            }
            priorities.push(priority.value);
        }
    }
}

/// What a service uses must exist.
fn check_needs(service: &Service, check: &mut Check<'_>) {
    if service.database.value && !check.has("database") {
        let message = format!("`{}` uses a database, but there is none", service.name);
        let label = "there is no `[database]`";
        check.report(Problem::new(&service.database.span, message, label));
    }
    if let Some(route) = service.route.as_ref().filter(|_| !check.has("load-balancer")) {
        let message = format!("`{}` has a route, but there is no load balancer", service.name);
        let problem = Problem::new(&route.span, message, "there is no `[load-balancer]`");
        check.report(problem.help("add a `[load-balancer]` section; it may be empty"));
    }
}
