//! How ECS creates a task definition.

mod container;
mod extra;
mod family;
mod reading;
mod request;

use std::collections::BTreeSet;

use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::ecs::TaskDefinition;
use nk_model::{Address, Change, Changes, Kind};

use self::{
    family::Family,
    reading::{LiveDefinition, Revision},
};
use crate::{Aws, retry::once, sdk_error::SdkResult};

impl Reconcile<TaskDefinition> for Aws {
    async fn observe(&self, scope: &Scope<TaskDefinition>) -> CloudResult<Vec<LiveDefinition>> {
        let families = async {
            let wanted = scope.wanted.iter().map(|(_, spec)| spec.family.clone());
            let mut names: BTreeSet<_> = wanted.collect();
            if scope.reach == Reach::Stack {
                names.extend(self.families().await?);
            }
            try_join_all(names.iter().map(|name| self.standing(scope, name))).await
        };
        let (families, deployed) = tokio::try_join!(families, self.deployed(scope))?;
        let deployed = &deployed;
        let looks = families.into_iter().map(|(family, remains)| async move {
            let Some(family) = family else { return Ok(Vec::from_iter(remains)) };
            let name = family.latest.definition.family().unwrap_or_default();
            let deployed = deployed.get(name).map(String::as_str);
            self.candidates(scope, family, deployed).await
        });
        Ok(try_join_all(looks).await?.concat())
    }

    async fn create(
        &self,
        spec: &TaskDefinition,
        address: &Address,
    ) -> CloudResult<Option<LiveDefinition>> {
        // An earlier revision would have passed on its image.
        let latest = || format!("{}:latest", spec.container.repository);
        let image = spec.container.image.clone().unwrap_or_else(latest);
        // There is no token and no unique name: a second attempt of the SDK could register a second
        // one.
        let call = request::register(&self.ecs, spec, &image)
            .customize()
            .config_override(once!(aws_sdk_ecs))
            .send();
        let answer = Box::pin(call).await.or_cloud_error()?;
        Ok(answer.task_definition.map(|definition| {
            let revision = Revision { definition, tags: spec.tags.clone() };
            reading::live(address.clone(), revision, Some(&spec.container.name))
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
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveDefinition) -> CloudResult<Departure> {
        self.retire(&live.spec.family, &live.id).await?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// A family, or what is left of it if it has no active revision. For a desired family, that
    /// matters only when it is destroyed.
    async fn standing(
        &self,
        scope: &Scope<TaskDefinition>,
        name: &str,
    ) -> CloudResult<(Option<Family>, Option<LiveDefinition>)> {
        let family = self.family(name).await?;
        let wanted = scope.wanted.iter().any(|(_, spec)| spec.family == name);
        let sought = scope.reach == Reach::Stack && (scope.going || !wanted);
        if family.is_some() || !sought {
            return Ok((family, None));
        }
        let remains = self.remains(name).await?.into_iter().find_map(|revision| {
            let address = revision.tags.address(&self.stack)?;
            let is_one = address.kind() == TaskDefinition::KIND;
            is_one.then(|| reading::live(address, revision, None))
        });
        Ok((None, remains))
    }

    /// The revisions of a family that may be the current one: the deployed one and the latest.
    ///
    /// Somebody who goes back to an earlier revision does so because a later one is bad. If the
    /// stack names no image, a later revision with another image must not be continued.
    async fn candidates(
        &self,
        scope: &Scope<TaskDefinition>,
        family: Family,
        deployed: Option<&str>,
    ) -> CloudResult<Vec<LiveDefinition>> {
        let name = family.latest.definition.family().unwrap_or_default();
        let place = self.holder(scope, |spec| spec.family == name, &family.proof);
        let Some((address, owner)) = place else { return Ok(Vec::new()) };
        let wanted = scope.wanted(&address);
        let live = |revision: Revision| {
            let main = wanted.map(|wanted| wanted.container.name.as_str());
            reading::live(address.clone(), revision, main).owned_by(owner.clone())
        };
        let latest = live(family.latest);
        // After a create without an answer: a revision with different content is another one.
        if scope.address().is_some() && wanted.is_some_and(|wanted| !says(&latest, wanted)) {
            return Ok(Vec::new());
        }
        let deployed = match deployed.filter(|arn| *arn != latest.id) {
            Some(arn) => self.active(arn).await?.map(live),
            None => None,
        };
        let Some(deployed) = deployed else { return Ok(vec![latest]) };
        let image = |live: &LiveDefinition| live.spec.container.image.clone();
        let named = wanted.is_some_and(|wanted| wanted.container.image.is_some());
        let goes_on = named || image(&latest) == image(&deployed);
        Ok([deployed].into_iter().chain(goes_on.then_some(latest)).collect())
    }
}

/// Whether a revision is what is desired, ignoring its tags and, if none is named, its image.
fn says(live: &LiveDefinition, wanted: &TaskDefinition) -> bool {
    let there = &live.spec;
    let mut wanted = TaskDefinition { tags: there.tags.clone(), ..wanted.clone() };
    wanted.container.image = wanted.container.image.or_else(|| there.container.image.clone());
    wanted.container.repository = there.container.repository.clone();
    live.beyond.is_empty() && *there == wanted
}
