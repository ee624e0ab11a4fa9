//! The requests to ECS for a service.

use aws_sdk_ecs::{
    Client,
    operation::{
        create_service::builders::CreateServiceFluentBuilder,
        update_service::builders::UpdateServiceFluentBuilder,
    },
    types::{
        AssignPublicIp, AwsVpcConfiguration, DeploymentCircuitBreaker, DeploymentConfiguration,
        LaunchType, LoadBalancer, NetworkConfiguration, PropagateTags,
    },
};
use nk_kinds::ecs::{Service, ServiceTarget};
use nk_model::{Change, Changes};

use crate::{retry::token, tags::sdk_tags};

pub(super) fn create(ecs: &Client, spec: &Service) -> CreateServiceFluentBuilder {
    // ECS refuses a grace period for a service without a load balancer.
    let routed = !spec.targets.is_empty();
    let grace = routed.then_some(spec.health_grace_seconds);
    ecs.create_service()
        .cluster(spec.cluster.as_str())
        .service_name(&spec.name)
        // The SDK does not fill one in.
        .client_token(token())
        .task_definition(spec.task_definition.as_str())
        .desired_count(spec.count)
        .launch_type(LaunchType::Fargate)
        .network_configuration(network(spec))
        .set_load_balancers(routed.then(|| balancers(spec)))
        .set_health_check_grace_period_seconds(grace)
        .deployment_configuration(deployment(spec))
        .propagate_tags(propagation(spec))
        .enable_ecs_managed_tags(spec.managed_tags)
        .set_tags(Some(sdk_tags(&spec.tags)))
}

/// Only what has changed. What is left out stays, above all the count, which something else may
/// control.
pub(super) fn update(
    ecs: &Client,
    spec: &Service,
    changes: &[Change],
) -> UpdateServiceFluentBuilder {
    let touched = |field: &str| changes.touch(field);
    let network_changed = ["subnets", "security-groups", "public"].into_iter().any(touched);
    let network = network_changed.then(|| network(spec));
    let deployed = ["circuit-breaker", "minimum-percent", "maximum-percent"];
    let deployment = deployed.into_iter().any(touched).then(|| deployment(spec));
    let definition = touched("task-definition").then(|| spec.task_definition.to_string());
    ecs.update_service()
        .cluster(spec.cluster.as_str())
        .service(&spec.name)
        .set_desired_count(touched("count").then_some(spec.count))
        .set_task_definition(definition)
        .set_network_configuration(network)
        .set_load_balancers(touched("targets").then(|| balancers(spec)))
        .set_health_check_grace_period_seconds(
            touched("health-grace-seconds").then_some(spec.health_grace_seconds),
        )
        .set_deployment_configuration(deployment)
        // No providers mean the launch type with which the service was created.
        .set_capacity_provider_strategy(touched("capacity").then(Vec::new))
        .set_propagate_tags(touched("tagged-tasks").then(|| propagation(spec)))
        .set_enable_ecs_managed_tags(touched("managed-tags").then_some(spec.managed_tags))
        // Running tasks stay on those providers until another deployment.
        .set_force_new_deployment((touched("failed") || touched("capacity")).then_some(true))
}

fn network(spec: &Service) -> NetworkConfiguration {
    let public = if spec.public { AssignPublicIp::Enabled } else { AssignPublicIp::Disabled };
    let network = AwsVpcConfiguration::builder()
        .set_subnets(Some(spec.subnets.iter().map(ToString::to_string).collect()))
        .set_security_groups(Some(spec.security_groups.iter().map(ToString::to_string).collect()))
        .assign_public_ip(public)
        .build()
        .expect("the subnets are set");
    NetworkConfiguration::builder().awsvpc_configuration(network).build()
}

fn balancers(spec: &Service) -> Vec<LoadBalancer> {
    let balancer = |target: &ServiceTarget| {
        LoadBalancer::builder()
            .target_group_arn(target.group.as_str())
            .container_name(&target.container)
            .container_port(i32::from(target.port))
            .build()
    };
    spec.targets.iter().map(balancer).collect()
}

fn propagation(spec: &Service) -> PropagateTags {
    if spec.tagged_tasks { PropagateTags::Service } else { PropagateTags::None }
}

fn deployment(spec: &Service) -> DeploymentConfiguration {
    let breaker = DeploymentCircuitBreaker::builder()
        .enable(spec.circuit_breaker)
        .rollback(spec.circuit_breaker)
        .build();
    DeploymentConfiguration::builder()
        .deployment_circuit_breaker(breaker)
        .minimum_healthy_percent(spec.minimum_percent)
        .maximum_percent(spec.maximum_percent)
        .build()
}
