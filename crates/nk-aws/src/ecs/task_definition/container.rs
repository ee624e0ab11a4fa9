//! The parts of a task definition that a spec describes.

use aws_sdk_ecs::types::{ContainerDefinition, LogConfiguration, TransportProtocol};

/// The container that the spec describes: the one with that name, otherwise the first.
pub(super) fn main_container<'a>(
    containers: &'a [ContainerDefinition],
    name: Option<&str>,
) -> Option<&'a ContainerDefinition> {
    let named = name.and_then(|name| containers.iter().find(|one| one.name() == Some(name)));
    named.or(containers.first())
}

/// The port that the spec describes: the first TCP port.
pub(super) fn main_port(container: &ContainerDefinition) -> Option<(usize, u16)> {
    container.port_mappings().iter().enumerate().find_map(|(index, mapping)| {
        let tcp = matches!(mapping.protocol, None | Some(TransportProtocol::Tcp));
        let port = mapping.container_port.filter(|_| tcp)?;
        Some((index, u16::try_from(port).ok()?))
    })
}

/// One option of the log configuration of a container.
pub(super) fn log_option<'a>(log: Option<&'a LogConfiguration>, name: &str) -> Option<&'a str> {
    log?.options()?.get(name).map(String::as_str)
}
