//! What ECS reports about a service, as the spec that would have produced it.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{self, AssignPublicIp, PropagateTags};
use nk_kinds::{
    Tags,
    ecs::{Service, ServiceOutputs, ServiceTarget},
};
use nk_model::{Address, Live, Output, Ref};

use super::{super::name_in, LiveService};

/// An existing service, as if it were stable.
pub(super) fn live(address: Address, service: &types::Service, tags: Tags) -> LiveService {
    let network = service.network_configuration.as_ref();
    let network = network.and_then(|network| network.awsvpc_configuration.as_ref());
    let deployment = service.deployment_configuration.as_ref();
    let breaker = deployment.and_then(|one| one.deployment_circuit_breaker.as_ref());
    let name = service.service_name.clone().unwrap_or_default();
    let arn = service.service_arn.clone().unwrap_or_default();
    let spec = Service {
        name: name.clone(),
        cluster: Ref::known(name_in(service.cluster_arn().unwrap_or_default())),
        task_definition: Ref::known(service.task_definition().unwrap_or_default()),
        count: service.desired_count,
        subnets: network.map(|one| references(one.subnets())).unwrap_or_default(),
        security_groups: network.map(|one| references(one.security_groups())).unwrap_or_default(),
        public: network.and_then(|one| one.assign_public_ip.as_ref())
            == Some(&AssignPublicIp::Enabled),
        targets: service.load_balancers().iter().filter_map(target).collect(),
        health_grace_seconds: service.health_check_grace_period_seconds.unwrap_or(0),
        minimum_percent: deployment.and_then(|one| one.minimum_healthy_percent).unwrap_or(100),
        maximum_percent: deployment.and_then(|one| one.maximum_percent).unwrap_or(200),
        capacity: service.capacity_provider_strategy().iter().map(share).collect(),
        tagged_tasks: service.propagate_tags == Some(PropagateTags::Service),
        managed_tags: service.enable_ecs_managed_tags,
        circuit_breaker: breaker.is_some_and(|one| one.enable && one.rollback),
        failed: String::new(),
        tags,
    };
    Live::ready(address, arn.clone(), spec, ServiceOutputs { name, arn })
}

fn references<T: Output>(ids: &[String]) -> BTreeSet<Ref<T>> {
    ids.iter().map(Ref::known).collect()
}

fn share(provider: &types::CapacityProviderStrategyItem) -> String {
    let (name, weight) = (&provider.capacity_provider, provider.weight);
    match provider.base {
        0 => format!("{name} {weight}"),
        base => format!("{name} {weight}, at least {base}"),
    }
}

fn target(balancer: &types::LoadBalancer) -> Option<ServiceTarget> {
    Some(ServiceTarget {
        group: Ref::known(balancer.target_group_arn.clone()?),
        container: balancer.container_name.clone().unwrap_or_default(),
        port: u16::try_from(balancer.container_port.unwrap_or(0)).ok()?,
    })
}
