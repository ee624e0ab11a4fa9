//! What a live task definition contains and a spec cannot say.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{
    Compatibility, ContainerDefinition, CpuArchitecture, LogDriver, NetworkMode, OsFamily,
    PortMapping, TaskDefinition, VersionConsistency,
};

use super::container::{log_option, main_port};

/// The prefix of a container's log streams.
pub(super) const STREAM_PREFIX: &str = "ecs";

/// A short text for each. Somebody else has added it, and the next revision removes it.
pub(super) fn extra(
    definition: &TaskDefinition,
    main: Option<&ContainerDefinition>,
) -> BTreeSet<String> {
    let mut found = task(definition);
    let name = |one: &ContainerDefinition| one.name().unwrap_or_default().to_owned();
    let others = definition.container_definitions().iter().map(name);
    let main_name = main.map(name);
    found.extend(
        others
            .filter(|name| Some(name) != main_name.as_ref())
            .map(|name| format!("container {name}")),
    );
    if let Some(main) = main {
        found.extend(ports(main));
        found.extend(log(main));
        found.extend(container(main));
    }
    found
}

/// The names of those that apply.
fn named<'a>(those: impl IntoIterator<Item = (bool, &'a str)>) -> impl Iterator<Item = String> {
    those.into_iter().filter(|(holds, _)| *holds).map(|(_, name)| name.to_owned())
}

/// Whether a mode is given; an empty one counts as none.
fn said(mode: &str) -> bool {
    !mode.is_empty()
}

fn task(definition: &TaskDefinition) -> BTreeSet<String> {
    let fargate = definition.requires_compatibilities() == [Compatibility::Fargate];
    let flags = [
        (!fargate, "not for Fargate alone"),
        (!definition.placement_constraints().is_empty(), "placement constraints"),
        (!definition.inference_accelerators().is_empty(), "inference accelerators"),
        (definition.pid_mode.as_ref().is_some_and(|mode| said(mode.as_str())), "process namespace"),
        (definition.ipc_mode.as_ref().is_some_and(|mode| said(mode.as_str())), "IPC namespace"),
        (definition.proxy_configuration.is_some(), "proxy"),
        (definition.enable_fault_injection == Some(true), "fault injection"),
    ];
    let mut found: BTreeSet<_> = named(flags).collect();
    match &definition.network_mode {
        Some(NetworkMode::Awsvpc) => {}
        mode => {
            let mode = mode.as_ref().map_or("default", NetworkMode::as_str);
            found.insert(format!("network mode {mode}"));
        }
    }
    let volumes = definition.volumes().iter();
    found.extend(volumes.map(|one| format!("volume {}", one.name().unwrap_or_default())));
    if let Some(storage) = &definition.ephemeral_storage {
        found.insert(format!("{} GiB of ephemeral storage", storage.size_in_gib));
    }
    if let Some(platform) = &definition.runtime_platform {
        let architecture = platform.cpu_architecture.as_ref().unwrap_or(&CpuArchitecture::X8664);
        let system = platform.operating_system_family.as_ref().unwrap_or(&OsFamily::Linux);
        if (architecture, system) != (&CpuArchitecture::X8664, &OsFamily::Linux) {
            found.insert(format!("platform {system} {architecture}"));
        }
    }
    found
}

fn ports(container: &ContainerDefinition) -> BTreeSet<String> {
    let main = main_port(container).map(|(index, _)| index);
    let text = |port: &PortMapping| {
        let number = port.container_port.map(|port| port.to_string());
        let number = number.or(port.container_port_range.clone()).unwrap_or_default();
        let protocol = port.protocol.as_ref().map_or("tcp", |protocol| protocol.as_str());
        format!("port {number}/{protocol}")
    };
    let mut found = BTreeSet::new();
    for (index, port) in container.port_mappings().iter().enumerate() {
        if Some(index) != main {
            found.insert(text(port));
        }
        found.extend(port.name().map(|name| format!("port name {name}")));
        found.extend(port.app_protocol.as_ref().map(|name| format!("port protocol {name}")));
    }
    found
}

fn log(container: &ContainerDefinition) -> BTreeSet<String> {
    let Some(log) = &container.log_configuration else {
        return BTreeSet::from(["no log".to_owned()]);
    };
    let mut found = BTreeSet::new();
    if log.log_driver != LogDriver::Awslogs {
        found.insert(format!("log driver {}", log.log_driver));
    }
    if log_option(Some(log), "awslogs-stream-prefix") != Some(STREAM_PREFIX) {
        found.insert("log option awslogs-stream-prefix".to_owned());
    }
    let known = ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"];
    let options = log.options().into_iter().flatten().map(|(name, _)| name.as_str());
    found.extend(
        options.filter(|name| !known.contains(name)).map(|name| format!("log option {name}")),
    );
    found.extend(log.secret_options().iter().map(|one| format!("log option {}", one.name)));
    found
}

fn container(one: &ContainerDefinition) -> BTreeSet<String> {
    named([
        (one.essential == Some(false), "not essential"),
        (one.cpu != 0, "container CPU"),
        (one.memory.is_some() || one.memory_reservation.is_some(), "container memory"),
        (one.health_check.is_some(), "health check"),
        (!one.entry_point().is_empty(), "entry point"),
        (!one.command().is_empty(), "command"),
        (one.working_directory.is_some(), "working directory"),
        (one.user.is_some(), "user"),
        (one.hostname.is_some(), "host name"),
        (one.repository_credentials.is_some(), "repository credentials"),
        (!one.environment_files().is_empty(), "environment files"),
        (!one.mount_points().is_empty(), "mount points"),
        (!one.volumes_from().is_empty(), "volumes from containers"),
        (one.linux_parameters.is_some(), "Linux parameters"),
        (!one.depends_on().is_empty(), "dependencies"),
        (!one.links().is_empty(), "links"),
        (one.start_timeout.is_some(), "start timeout"),
        (one.stop_timeout.is_some(), "stop timeout"),
        (one.restart_policy.as_ref().is_some_and(|policy| policy.enabled), "restart policy"),
        (one.version_consistency == Some(VersionConsistency::Disabled), "no version consistency"),
        (one.disable_networking == Some(true), "no network"),
        (one.privileged == Some(true), "privileged"),
        (one.readonly_root_filesystem == Some(true), "read-only root"),
        (one.interactive == Some(true), "interactive"),
        (one.pseudo_terminal == Some(true), "pseudo-terminal"),
        (!one.dns_servers().is_empty() || !one.dns_search_domains().is_empty(), "DNS"),
        (!one.extra_hosts().is_empty(), "extra hosts"),
        (!one.docker_security_options().is_empty(), "security options"),
        (one.docker_labels().is_some_and(|labels| !labels.is_empty()), "labels"),
        (!one.ulimits().is_empty(), "ulimits"),
        (!one.system_controls().is_empty(), "system controls"),
        (!one.resource_requirements().is_empty(), "resource requirements"),
        (one.firelens_configuration.is_some(), "FireLens"),
        (!one.credential_specs().is_empty(), "credential specs"),
    ])
    .collect()
}
