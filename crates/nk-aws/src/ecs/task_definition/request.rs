//! The requests to ECS for a task definition.

use aws_sdk_ecs::{
    Client,
    operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder,
    types::{
        Compatibility, ContainerDefinition, KeyValuePair, LogConfiguration, LogDriver, NetworkMode,
        PortMapping, Secret, TransportProtocol,
    },
};
use nk_kinds::ecs::{Container, TaskDefinition};

use super::extra::STREAM_PREFIX;
use crate::tags::sdk_tags;

/// A new revision that runs `image`.
pub(super) fn register(
    ecs: &Client,
    spec: &TaskDefinition,
    image: &str,
) -> RegisterTaskDefinitionFluentBuilder {
    ecs.register_task_definition()
        .family(&spec.family)
        .network_mode(NetworkMode::Awsvpc)
        .requires_compatibilities(Compatibility::Fargate)
        .cpu(spec.cpu.to_string())
        .memory(spec.memory.to_string())
        .execution_role_arn(spec.execution_role.as_str())
        .task_role_arn(spec.task_role.as_str())
        .container_definitions(container(&spec.container, image))
        .set_tags(Some(sdk_tags(&spec.tags)))
}

pub(super) fn container(spec: &Container, image: &str) -> ContainerDefinition {
    let port = PortMapping::builder()
        .container_port(i32::from(spec.port))
        .protocol(TransportProtocol::Tcp)
        .build();
    let environment = spec
        .environment
        .iter()
        .map(|(name, value)| KeyValuePair::builder().name(name).value(value).build());
    let secret = |(name, from): (&String, &String)| {
        Secret::builder().name(name).value_from(from).build().expect("a name and a value are set")
    };
    let log = LogConfiguration::builder()
        .log_driver(LogDriver::Awslogs)
        .options("awslogs-group", spec.log_group.as_str())
        .options("awslogs-region", &spec.log_region)
        .options("awslogs-stream-prefix", STREAM_PREFIX)
        .build()
        .expect("a driver is set");
    ContainerDefinition::builder()
        .name(&spec.name)
        .image(image)
        .essential(true)
        .port_mappings(port)
        .set_environment(Some(environment.collect()))
        .set_secrets(Some(spec.secrets.iter().map(secret).collect()))
        .log_configuration(log)
        .build()
}
