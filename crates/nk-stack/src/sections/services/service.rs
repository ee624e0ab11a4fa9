//! `[services.NAME]`: one service.

use super::fargate::{fargate_cpus, fargate_memory};
use crate::{
    decode::{At, Fields},
    problem::{Problem, Span},
};

/// The defaults for services.
#[derive(Debug, Clone, Copy)]
pub(super) struct Defaults {
    pub(super) count: Option<i64>,
    pub(super) cpu: Option<i64>,
    pub(super) memory: Option<i64>,
}

/// A service of a stack.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// In CPU units.
    pub(crate) cpu: u32,
    /// In MiB.
    pub(crate) memory: u32,
    /// The port on which it listens.
    pub(crate) port: u16,
    /// The number of tasks.
    pub(crate) count: i32,
    /// Its image; none to keep the one that is deployed.
    pub(crate) image: Option<At<String>>,
    /// How the load balancer reaches it.
    pub(crate) route: Option<At<Route>>,
    /// Whether it uses the stack's database.
    pub(crate) database: At<bool>,
    /// The services it calls.
    pub(crate) calls: Vec<At<String>>,
    /// Its environment, as names and values.
    pub(crate) environment: Vec<(At<String>, At<String>)>,
    /// Its environment from secrets: names, and `secret` or `secret:key`.
    pub(crate) secrets: Vec<(At<String>, At<String>)>,
    /// The place of its header.
    pub(crate) span: Span,
}

/// How the load balancer reaches a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// Patterns of paths, one of which must match; empty for any.
    pub(crate) paths: Vec<String>,
    /// Patterns of host names, one of which must match; empty for any.
    pub(crate) hosts: Vec<String>,
    /// The path of the health check.
    pub(crate) health: String,
    /// A shorter name for the target group, because AWS limits its length.
    pub(crate) name: Option<String>,
    /// The priority of its rule.
    pub(crate) priority: Option<At<i32>>,
}

impl Route {
    /// Whether it receives what no other route does.
    pub(crate) fn is_default(&self) -> bool {
        self.paths.is_empty() && self.hosts.is_empty()
    }
}

/// The variables that nk sets for a service with `database = true`.
pub(crate) const DATABASE: [&str; 5] = ["DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"];

impl Service {
    pub(super) fn read(mut fields: Fields<'_, '_>, name: &str, defaults: Defaults) -> Option<Self> {
        let cpu = or_shared(&mut fields, "cpu", defaults.cpu);
        let memory = or_shared(&mut fields, "memory", defaults.memory);
        check_size(&mut fields, cpu.as_ref(), memory.as_ref());
        let port = fields.required::<i64>("port");
        let port = fields.within("port", port, &(1..=65535));
        let count = fields.or("count", defaults.count.unwrap_or(1));
        let count = fields.within("count", Some(count), &(0..=1000));
        let image = read_image(&mut fields);
        let route = read_route(&mut fields);
        let database = fields.or("database", false);
        let calls = fields.list("calls").unwrap_or_default();
        let environment = fields.texts_in("environment");
        let secrets = fields.texts_in("secrets");
        check_environment(&mut fields, &environment, &secrets, database.value);
        let span = fields.span.clone();
        fields.finish();
        Some(Self {
            name: name.to_owned(),
            cpu: u32::try_from(cpu?.value).ok()?,
            memory: u32::try_from(memory?.value).ok()?,
            port: u16::try_from(port?.value).ok()?,
            count: i32::try_from(count?.value).ok()?,
            image,
            route,
            database,
            calls,
            environment,
            secrets,
            span,
        })
    }
}

fn or_shared(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    shared: Option<i64>,
) -> Option<At<i64>> {
    match shared {
        Some(shared) => Some(fields.or(key, shared)),
        None => fields.required(key),
    }
}

fn check_size(fields: &mut Fields<'_, '_>, cpu: Option<&At<i64>>, memory: Option<&At<i64>>) {
    let Some(cpu) = cpu else { return };
    let Some(sizes) = fargate_memory(cpu.value) else {
        let message = format!("Fargate does not support {} CPU units", cpu.value);
        let help = format!("it supports {}", fargate_cpus());
        return fields.report(Problem::new(&cpu.span, message, "not supported").help(help));
    };
    if let Some(memory) = memory.filter(|memory| !sizes.contains(&memory.value)) {
        let message =
            format!("Fargate does not support {} CPU units with {} MiB", cpu.value, memory.value);
        let sizes: Vec<_> = sizes.iter().map(ToString::to_string).collect();
        let help = format!("{} CPU units support {} MiB", cpu.value, sizes.join(", "));
        fields.report(Problem::new(&memory.span, message, "not supported").help(help));
    }
}

fn read_image(fields: &mut Fields<'_, '_>) -> Option<At<String>> {
    let image = fields.optional::<String>("image")?;
    let form =
        (1..=255).contains(&image.value.len()) && image.value.chars().all(|c| c.is_ascii_graphic());
    if !form {
        let message = format!("`{}` is not a valid image name", image.value);
        fields.report(Problem::new(&image.span, message, "not an image"));
    }
    Some(image)
}

fn read_route(fields: &mut Fields<'_, '_>) -> Option<At<Route>> {
    let mut route = fields.section("route")?;
    let paths = route.one_or_more::<String>("path").unwrap_or_default();
    let hosts = route.one_or_more::<String>("host").unwrap_or_default();
    let health = route.or("health", "/".to_owned());
    let name = route.optional::<String>("name").map(|name| name.value);
    let priority = route.optional::<i64>("priority");
    let priority = route.within("priority", priority, &(1..=50_000));
    for path in paths.iter().chain([&health]) {
        let form = path.value.starts_with('/')
            && (1..=128).contains(&path.value.len())
            && path.value.chars().all(|c| c.is_ascii_graphic());
        if !form {
            let message = format!("`{}` is not a path", path.value);
            route.report(Problem::new(&path.span, message, "a path begins with `/`"));
        }
    }
    for host in &hosts {
        let letter = |c: char| c.is_ascii_alphanumeric() || "-.*?".contains(c);
        if host.value.is_empty() || host.value.len() > 128 || !host.value.chars().all(letter) {
            let message = format!("`{}` is not a valid pattern for a host name", host.value);
            route.report(Problem::new(&host.span, message, "not a valid pattern"));
        }
    }
    if let Some(sixth) = paths.iter().chain(&hosts).nth(5) {
        let message = "a rule can have at most five paths and hosts together";
        route.report(Problem::new(&sixth.span, message, "one too many"));
    }
    if let Some(priority) = priority.as_ref().filter(|_| paths.is_empty() && hosts.is_empty()) {
        let message = "the default target has no rule and therefore no priority";
        let help = "add a `path` or a `host` to the route, or omit `priority`";
        route.report(Problem::new(&priority.span, message, "has no effect").help(help));
    }
    let span = route.span.clone();
    route.finish();
    let texts = |all: Vec<At<String>>| all.into_iter().map(|one| one.value).collect();
    let priority = priority.and_then(|at| Some(At::new(i32::try_from(at.value).ok()?, &at.span)));
    let route =
        Route { paths: texts(paths), hosts: texts(hosts), health: health.value, name, priority };
    Some(At::new(route, &span))
}

fn check_environment(
    fields: &mut Fields<'_, '_>,
    environment: &[(At<String>, At<String>)],
    secrets: &[(At<String>, At<String>)],
    database: bool,
) {
    for (name, _) in environment.iter().chain(secrets) {
        let form = name.value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !form {
            let message =
                format!("`{}` is not a valid name for an environment variable", name.value);
            let help = "use a letter or underscore followed by letters, digits and underscores";
            fields.report(Problem::new(&name.span, message, "not a name").help(help));
        }
        if database && DATABASE.contains(&name.value.as_str()) {
            let message = format!("`{}` is already set by `database = true`", name.value);
            fields.report(Problem::new(&name.span, message, "set twice"));
        }
    }
    for (name, _) in secrets {
        if environment.iter().any(|(other, _)| other.value == name.value) {
            let message = format!("`{}` is in both `environment` and `secrets`", name.value);
            fields.report(Problem::new(&name.span, message, "set twice"));
        }
    }
}
