//! How ECS makes a task definition.

mod extra;
mod family;
mod reading;
mod request;

use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::ecs::{TaskDefinition, TaskDefinitionOutputs};
use nk_model::{Address, Change, Changes, Live};

use self::{family::Family, reading::main_container};
use super::managed;
use crate::{Aws, retry::once, rim::Refused};

type LiveDefinition = Live<TaskDefinition, TaskDefinitionOutputs>;

impl Reconcile<TaskDefinition> for Aws {
    async fn observe(&self, scope: &Scope<TaskDefinition>) -> CloudResult<Vec<LiveDefinition>> {
        let mut names: Vec<_> = scope.wanted.iter().map(|(_, spec)| spec.family.clone()).collect();
        if scope.reach == Reach::Stack {
            names.extend(self.families().await?);
        }
        names.sort();
        names.dedup();
        let families = try_join_all(names.iter().map(|name| self.family(name))).await?;
        let live = |family: Family| {
            let name = family.latest.family().unwrap_or_default();
            let wanted = |spec: &TaskDefinition| spec.family == name;
            let (address, owner) = self.holder(scope, wanted, &family.tags)?;
            let wanted = scope.wanted(&address).cloned();
            Some(reading::live(address, family, wanted.as_ref()).owned_by(owner))
        };
        Ok(families.into_iter().flatten().filter_map(live).collect())
    }

    async fn create(
        &self,
        spec: &TaskDefinition,
        address: &Address,
    ) -> CloudResult<Option<LiveDefinition>> {
        let image = match &spec.container.image {
            Some(image) => image.clone(),
            None => self.deployed_image(spec).await?,
        };
        // No token and no unique name: a second try inside the SDK could register a second one.
        let call = request::register(&self.ecs, spec, &image)?
            .customize()
            .config_override(once!(aws_sdk_ecs))
            .send();
        let answer = Box::pin(call).await.refused("ecs:RegisterTaskDefinition")?;
        Ok(answer.task_definition.map(|latest| {
            reading::live(address.clone(), Family { latest, tags: spec.tags.clone() }, Some(spec))
        }))
    }

    async fn update(
        &self,
        spec: &TaskDefinition,
        live: &LiveDefinition,
        changes: &[Change],
    ) -> CloudResult<Option<LiveDefinition>> {
        if changes.touch("tags") {
            self.ecs_tag(&live.id, &spec.tags).await?;
        }
        Ok(Some(Live { spec: spec.clone(), ..live.clone() }))
    }

    async fn destroy(&self, live: &LiveDefinition) -> CloudResult<Departure> {
        self.retire(&live.spec.family, &live.id).await?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// The image to go on with where the stack names none: the one somebody deployed last, whoever
    /// that was, or else the repository's latest.
    async fn deployed_image(&self, spec: &TaskDefinition) -> CloudResult<String> {
        let latest = self.latest(&spec.family).await?;
        let container = latest.as_ref().and_then(|(latest, _)| {
            main_container(latest.container_definitions(), Some(&spec.container.name))
        });
        let image = container.and_then(|container| container.image.clone());
        Ok(image.unwrap_or_else(|| format!("{}:latest", spec.container.repository)))
    }
}
