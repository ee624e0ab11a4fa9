//! `[services]`: one table a service, and beside them what all services share.

use crate::{
    decode::{At, Fields, advice, listed},
    problem::Problem,
    section::ServiceSection,
    tree::{Node, Table},
};

/// What a service gets that does not say otherwise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Defaults {
    pub(crate) count: Option<i64>,
    pub(crate) cpu: Option<i64>,
    pub(crate) memory: Option<i64>,
}

/// Names that stand for nk's own resources where a service's could stand too.
const RESERVED: [&str; 2] = ["alb", "db"];
const SHARED: [&str; 3] = ["count", "cpu", "memory"];

/// Reads `[services]`: what is a table is a service, what is not is a default for all of them.
pub(crate) fn read(node: &Node, problems: &mut Vec<Problem>) -> Vec<ServiceSection> {
    let Some(table) = node.table() else {
        let message = "`services` must be a table";
        problems.push(Problem::new(&node.span, message, format!("this is {}", node.what())));
        return Vec::new();
    };
    let is_service = |(_, node): &(&String, &Node)| node.table().is_some();
    let shared: Table = table
        .iter()
        .filter(|entry| !is_service(entry))
        .map(|(key, node)| (key.clone(), node.clone()))
        .collect();
    let defaults = read_defaults(node, &shared, problems);
    let mut found: Vec<_> = table.iter().filter(is_service).collect();
    found.sort_by_key(|(_, node)| node.key.start);
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    let read: Vec<_> = found
        .iter()
        .filter_map(|(name, node)| read_service(name, node, defaults, problems))
        .collect();
    check_calls(&read, &names, problems);
    check_routes(&read, problems);
    read
}

fn read_service(
    name: &str,
    node: &Node,
    defaults: Defaults,
    problems: &mut Vec<Problem>,
) -> Option<ServiceSection> {
    check_name(name, node, problems);
    let fields = Fields::new(format!("services.{name}"), &node.key, node.table()?, problems);
    ServiceSection::read(fields, name, defaults)
}

fn read_defaults(node: &Node, shared: &Table, problems: &mut Vec<Problem>) -> Defaults {
    let mut fields = Fields::new("services", &node.key, shared, problems);
    let [count, cpu, memory] = SHARED.map(|key| fields.optional::<i64>(key));
    let count = fields.within("count", count, &(0..=1000));
    let value = |at: Option<At<i64>>| at.map(|at| at.value);
    let defaults = Defaults { count: value(count), cpu: value(cpu), memory: value(memory) };
    fields.finish();
    defaults
}

fn check_name(name: &str, node: &Node, problems: &mut Vec<Problem>) {
    let form = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.ends_with('-')
        && !name.contains("--");
    if !form {
        let message = format!("`{name}` cannot be the name of a service");
        let help = "a lower-case letter, then lower-case letters, digits and single hyphens";
        problems.push(Problem::new(&node.key, message, "not a name").help(help));
    } else if SHARED.contains(&name) {
        let message = format!("`services.{name}` is a number that all services share");
        problems.push(Problem::new(&node.key, message, "not a service"));
    } else if RESERVED.contains(&name) {
        let message = format!("a service cannot be called `{name}`");
        let help = format!("{} stand for resources of nk's own", listed(RESERVED));
        problems.push(Problem::new(&node.key, message, "kept for nk").help(help));
    }
}

fn check_calls(services: &[ServiceSection], names: &[&str], problems: &mut Vec<Problem>) {
    for call in services.iter().flat_map(|service| &service.calls) {
        if !names.contains(&call.value.as_str()) {
            let message = format!("there is no service `{}` to call", call.value);
            let help = advice(&call.value, "services", names.iter().copied());
            problems.push(Problem::new(&call.span, message, "no such service").help(help));
        }
    }
}

fn check_routes(services: &[ServiceSection], problems: &mut Vec<Problem>) {
    let mut default: Option<&str> = None;
    let mut priorities: Vec<i32> = Vec::new();
    for service in services {
        let Some(route) = &service.route else { continue };
        if route.value.is_default() {
            if let Some(other) = default {
                let message = format!(
                    "both `{other}` and `{}` are to be the load balancer's default target",
                    service.name
                );
                let help = "give one of them a `path` or a `host`";
                problems.push(Problem::new(&route.span, message, "the second one").help(help));
            }
            default = default.or(Some(&service.name));
        }
        if let Some(priority) = &route.value.priority {
            if priorities.contains(&priority.value) {
                let message = format!("two routes have the priority {}", priority.value);
                problems.push(Problem::new(&priority.span, message, "taken"));
            }
            priorities.push(priority.value);
        }
    }
}

/// Fargate's sizes: CPU units and the memory in MiB that goes with them, from, to, in steps of.
/// See <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>.
const FARGATE: [(i64, i64, i64, i64); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16_384, 1024),
    (4096, 8192, 30_720, 1024),
    (8192, 16_384, 61_440, 4096),
    (16_384, 32_768, 122_880, 8192),
];

/// The amounts of memory that Fargate has for a CPU size; none for a size it does not have.
pub(crate) fn fargate_memory(cpu: i64) -> Option<Vec<i64>> {
    let (_, from, to, step) = FARGATE.into_iter().find(|(size, ..)| *size == cpu)?;
    let step = usize::try_from(step).ok()?;
    // 256 units go with 512, 1024 and 2048, but not with 1536.
    Some((from..=to).step_by(step).filter(|memory| cpu != 256 || *memory != 1536).collect())
}

/// The CPU sizes that Fargate has.
pub(crate) fn fargate_cpus() -> String {
    FARGATE.map(|(cpu, ..)| cpu.to_string()).join(", ")
}
