//! Families of task definitions: which revisions count, and to whom they belong.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use aws_sdk_ecs::types::{TaskDefinitionFamilyStatus, TaskDefinitionField, TaskDefinitionStatus};
use futures::future::try_join_all;
use nk_engine::{CloudError, CloudResult, Reach, Scope};
use nk_kinds::{Tags, ecs::TaskDefinition as WantedDefinition};

use super::{super::name_in, reading::Revision};
use crate::{Aws, sdk_error::SdkResult, tags::managed};

/// How many earlier revisions are asked for tags of the stack.
///
/// Deployments by others register revisions without the tags, and leave the one that nk registered.
const LOOK_BACK: usize = 6;
/// The maximum number of revisions that ECS deletes in one call.
const CHUNK: usize = 10;

/// The state of a family.
pub(super) struct Family {
    /// Its latest active revision.
    pub(super) latest: Revision,
    /// The tags that show its owner: those of the latest revision, or if that was registered by
    /// somebody else without them, those of another revision.
    pub(super) proof: Tags,
}

impl Aws {
    /// The families with names of this stack, including those without an active revision.
    pub(super) async fn families(&self) -> CloudResult<Vec<String>> {
        let call = self
            .ecs
            .list_task_definition_families()
            .family_prefix(self.ecs_prefix())
            .status(TaskDefinitionFamilyStatus::All);
        let pages = call.into_paginator().items().send();
        pages.try_collect().await.or_cloud_error()
    }

    pub(super) async fn family(&self, name: &str) -> CloudResult<Option<Family>> {
        let Some(latest) = self.active(name).await? else { return Ok(None) };
        let mut proof = latest.tags.clone();
        if proof.get(Tags::STACK).is_none() {
            let arn = latest.definition.task_definition_arn().unwrap_or_default();
            proof = self.tags_before(name, arn).await?.unwrap_or(proof);
        }
        Ok(Some(Family { latest, proof }))
    }

    /// The ARNs of what runs in the services with the names of the desired families: nk gives a
    /// service and its family the same name.
    pub(super) async fn deployed(
        &self,
        scope: &Scope<WantedDefinition>,
    ) -> CloudResult<HashMap<String, String>> {
        let names: BTreeSet<_> = scope.wanted.iter().map(|(_, spec)| spec.family.clone()).collect();
        if scope.reach != Reach::Stack || names.is_empty() {
            return Ok(HashMap::new());
        }
        let clusters = self.cluster_names(&scope.pass).await?;
        let names: Vec<_> = names.into_iter().collect();
        let looks = clusters.iter().map(|one| self.describe_services(&scope.pass, one, &names));
        let services = try_join_all(looks).await?.concat().into_iter();
        let services = services.filter(|service| service.status() == Some("ACTIVE"));
        let pairs = services.filter_map(|service| {
            let pair = (service.service_name?, service.task_definition?);
            (split(&pair.1).0 == pair.0).then_some(pair)
        });
        Ok(pairs.collect())
    }

    /// The tags of a revision of this family that nk sets.
    ///
    /// One at a time: the oldest is nearly always the one that nk registered.
    async fn tags_before(&self, family: &str, latest: &str) -> CloudResult<Option<Tags>> {
        let mut revisions = self.revisions(family, TaskDefinitionStatus::Active).await?;
        revisions.retain(|arn| arn != latest);
        let oldest = revisions.pop();
        for arn in oldest.into_iter().chain(revisions).take(LOOK_BACK) {
            let tags = self.revision(&arn).await?.map(|revision| revision.tags);
            if let Some(tags) = tags.filter(|tags| tags.address(&self.stack).is_some()) {
                return Ok(Some(tags));
            }
        }
        Ok(None)
    }

    /// An active revision by its ARN, or the latest by its family's name.
    pub(super) async fn active(&self, name: &str) -> CloudResult<Option<Revision>> {
        let active = Some(TaskDefinitionStatus::Active);
        Ok(self.revision(name).await?.filter(|found| found.definition.status == active))
    }

    /// A revision by its ARN, or the latest by its family's name.
    async fn revision(&self, name: &str) -> CloudResult<Option<Revision>> {
        let call = self.ecs.describe_task_definition().task_definition(name);
        let call = call.include(TaskDefinitionField::Tags).send().await;
        match call.or_cloud_error() {
            Ok(answer) => {
                let tags = managed(answer.tags);
                Ok(answer.task_definition.map(|definition| Revision { definition, tags }))
            }
            Err(error) if unknown(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The inactive revisions of a family that nk registered: a run that deregistered them was cut
    /// off before it deleted them.
    pub(super) async fn remains(&self, family: &str) -> CloudResult<Vec<Revision>> {
        let arns = self.revisions(family, TaskDefinitionStatus::Inactive).await?;
        let looks = try_join_all(arns.iter().map(|arn| self.revision(arn))).await?;
        let ours = |one: &Revision| one.tags.address(&self.stack).is_some();
        Ok(looks.into_iter().flatten().filter(ours).collect())
    }

    /// The ARNs of a family's revisions in this state, the latest first.
    async fn revisions(
        &self,
        family: &str,
        status: TaskDefinitionStatus,
    ) -> CloudResult<Vec<String>> {
        let call = self.ecs.list_task_definitions().family_prefix(family).status(status);
        let pages = call.into_paginator().items().send();
        let mut arns = pages.try_collect().await.or_cloud_error()?;
        arns.retain(|arn| split(arn).0 == family);
        arns.sort_by_key(|arn| Reverse(split(arn).1));
        Ok(arns)
    }

    /// Deregisters a revision. If it is the latest, the family is deleted with it, including what
    /// an earlier run has left.
    ///
    /// A revision with a later one beside it is the outgoing half of a replacement, and its
    /// predecessors are kept for a roll-back.
    pub(super) async fn retire(&self, family: &str, arn: &str) -> CloudResult<()> {
        let active = self.revisions(family, TaskDefinitionStatus::Active);
        let (active, remains) = tokio::try_join!(active, self.remains(family))?;
        let number = split(arn).1;
        let latest = active.first().is_none_or(|first| split(first).1 <= number);
        let mut going = if latest { active } else { vec![arn.to_owned()] };
        for arn in &going {
            let call = self.ecs.deregister_task_definition().task_definition(arn).send().await;
            match call.or_cloud_error() {
                Err(error) if !unknown(&error) => return Err(error),
                _ => {}
            }
        }
        let remains = remains.into_iter().filter_map(|one| one.definition.task_definition_arn);
        going.extend(remains);
        for chunk in going.chunks(CHUNK).filter(|_| latest) {
            let call = self.ecs.delete_task_definitions();
            call.set_task_definitions(Some(chunk.to_vec())).send().await.or_cloud_error()?;
        }
        Ok(())
    }
}

/// ECS's answers for a family without an active revision, or a missing revision.
fn unknown(error: &CloudError) -> bool {
    ["ClientException", "InvalidParameterException"].iter().any(|code| {
        ["Unable to describe task definition", "does not exist", "is inactive"]
            .iter()
            .any(|fragment| error.says(code, fragment))
    })
}

/// The family and the number in a revision's ARN.
fn split(arn: &str) -> (&str, u32) {
    let (family, revision) = name_in(arn).rsplit_once(':').unwrap_or((name_in(arn), ""));
    (family, revision.parse().unwrap_or(0))
}
