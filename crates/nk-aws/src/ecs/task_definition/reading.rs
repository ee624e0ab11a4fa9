//! What ECS reports about a task definition, as the spec that would have produced it.
//!
//! Pure: a registered definition reads back equal, although ECS fills in what was left out and
//! drops empty values.

use std::collections::HashMap;

use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition as Definition};
use nk_kinds::{
    Tags,
    ecs::{Container, TaskDefinition, TaskDefinitionOutputs},
};
use nk_model::{Address, Live, Ref};

use super::{
    container::{log_option, main_container, main_port},
    extra::extra,
};

pub(super) type LiveDefinition = Live<TaskDefinition, TaskDefinitionOutputs>;

/// A revision with its own tags.
pub(super) struct Revision {
    pub(super) definition: Definition,
    pub(super) tags: Tags,
}

/// A revision of a family. The spec is about its container of the name `main`, else the first.
pub(super) fn live(address: Address, revision: Revision, main: Option<&str>) -> LiveDefinition {
    let Revision { definition, tags } = revision;
    let arn = definition.task_definition_arn.clone().unwrap_or_default();
    let main = main_container(definition.container_definitions(), main);
    let extra = Vec::from_iter(extra(&definition, main)).join(", ");
    let spec = spec(&definition, main, tags);
    let mut live = Live::ready(address, arn.clone(), spec, TaskDefinitionOutputs { arn });
    if !extra.is_empty() {
        live.beyond.insert("extra".into(), extra);
    }
    live
}

fn spec(definition: &Definition, main: Option<&ContainerDefinition>, tags: Tags) -> TaskDefinition {
    let empty = || ContainerDefinition::builder().build();
    TaskDefinition {
        family: definition.family.clone().unwrap_or_default(),
        cpu: definition.cpu.as_deref().and_then(|text| units(text, "vCPU")).unwrap_or(0),
        memory: definition.memory.as_deref().and_then(|text| units(text, "GB")).unwrap_or(0),
        execution_role: Ref::known(definition.execution_role_arn.as_deref().unwrap_or_default()),
        task_role: Ref::known(definition.task_role_arn.as_deref().unwrap_or_default()),
        container: container(main.cloned().unwrap_or_else(empty)),
        tags,
    }
}

fn container(live: ContainerDefinition) -> Container {
    let port = main_port(&live).map_or(0, |(_, port)| port);
    let log = live.log_configuration.as_ref();
    let log_group = Ref::known(log_option(log, "awslogs-group").unwrap_or_default());
    let log_region = log_option(log, "awslogs-region").unwrap_or_default().to_owned();
    let image = live.image.unwrap_or_default();
    let environment: HashMap<_, _> = live
        .environment
        .unwrap_or_default()
        .into_iter()
        .filter_map(|pair| Some((pair.name?, pair.value.unwrap_or_default())))
        .collect();
    let secrets = live.secrets.unwrap_or_default().into_iter();
    Container {
        name: live.name.unwrap_or_default(),
        repository: Ref::known(repository(&image)),
        image: Some(image),
        port,
        environment: environment.into_iter().collect(),
        secrets: secrets.map(|secret| (secret.name, secret.value_from)).collect(),
        log_group,
        log_region,
    }
}

/// An image without its tag or digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => image,
    }
}

/// CPU units or MiB, plain (`1024`) or in the larger unit (`1 vCPU`, `.5 GB`).
fn units(text: &str, unit: &str) -> Option<u32> {
    let text = text.trim();
    let Some((number, word)) = text.split_once(|c: char| c.is_ascii_alphabetic() || c == ' ')
    else {
        return text.parse().ok();
    };
    let word = &text[text.len() - word.len() - 1..];
    if !word.trim().eq_ignore_ascii_case(unit) {
        return None;
    }
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole: u32 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let thousandths: u32 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    whole.checked_mul(1024)?.checked_add(thousandths * 1024 / 1000)
}

#[cfg(test)]
mod tests;
