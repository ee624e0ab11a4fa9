//! How ECR creates a repository.

use aws_sdk_ecr::types::{self, ImageScanningConfiguration, ImageTagMutability};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    ecr::{Repository, RepositoryOutputs},
};
use nk_model::{Address, Change, Changes, Guard, Live};

use super::{MISSING, lifecycle};
use crate::{
    Aws,
    sdk_error::SdkResult,
    tag_index::TagIndex,
    tags::{managed, sdk_tags},
};

/// The note for a repository whose own setting for scanning has no effect.
const DECIDED: &str = "the settings of the registry control whether images are scanned";

type LiveRepository = Live<Repository, RepositoryOutputs>;

impl Reconcile<Repository> for Aws {
    async fn observe(&self, scope: &Scope<Repository>) -> CloudResult<Vec<LiveRepository>> {
        let (repositories, index) =
            tokio::try_join!(self.repositories(scope), self.tag_index(scope))?;
        let looks = repositories.into_iter().map(|each| self.repository(scope, &index, each));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(
        &self,
        spec: &Repository,
        address: &Address,
    ) -> CloudResult<Option<LiveRepository>> {
        let answer = self
            .ecr
            .create_repository()
            .repository_name(&spec.name)
            .image_tag_mutability(mutability(spec.mutable_tags))
            .image_scanning_configuration(scanning(spec.scan_on_push))
            .set_tags(Some(sdk_tags(&spec.tags)))
            .send()
            .await
            .or_cloud_error()?;
        Ok(answer.repository.map(|repository| {
            let spec = Repository { lifecycle: lifecycle::none(), ..spec.clone() };
            live(address.clone(), repository, spec)
        }))
    }

    async fn update(
        &self,
        spec: &Repository,
        live: &LiveRepository,
        changes: &[Change],
    ) -> CloudResult<Option<LiveRepository>> {
        let name = &live.spec.name;
        if changes.touch("mutable-tags") {
            let call = self.ecr.put_image_tag_mutability().repository_name(name);
            call.image_tag_mutability(mutability(spec.mutable_tags))
                .send()
                .await
                .or_cloud_error()?;
        }
        if changes.touch("scan-on-push") {
            let call = self.ecr.put_image_scanning_configuration().repository_name(name);
            let call = call.image_scanning_configuration(scanning(spec.scan_on_push)).send().await;
            call.or_cloud_error()?;
        }
        if changes.touch("lifecycle") {
            self.set_lifecycle(name, &spec.lifecycle).await?;
        }
        if changes.touch("tags") {
            let call = self.ecr.tag_resource().resource_arn(&live.outputs.arn);
            call.set_tags(Some(sdk_tags(&spec.tags))).send().await.or_cloud_error()?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveRepository) -> CloudResult<Departure> {
        // Never by force: images may be the only copy of a release, and may have been pushed since.
        let call = self.ecr.delete_repository().repository_name(&live.spec.name).send().await;
        call.accepting(MISSING)?;
        Ok(Departure::Gone)
    }

    async fn guards(&self, live: &LiveRepository) -> CloudResult<Vec<Guard>> {
        let reason = match self.images(&live.spec.name).await?.len() {
            0 => return Ok(Vec::new()),
            1 => "it contains 1 image".to_owned(),
            images => format!("it contains {images} images"),
        };
        Ok(vec![Guard { address: live.address.clone(), reason, liftable: true }])
    }

    async fn unprotect(&self, live: &LiveRepository) -> CloudResult<()> {
        self.remove_images(&live.spec.name).await
    }
}

/// A repository as ECR describes it, with the known part of its spec.
fn live(address: Address, repository: types::Repository, spec: Repository) -> LiveRepository {
    let name = spec.name.clone();
    let outputs = RepositoryOutputs {
        uri: repository.repository_uri.unwrap_or_default(),
        arn: repository.repository_arn.unwrap_or_default(),
        name: name.clone(),
    };
    Live::ready(address, name, spec, outputs)
}

fn mutability(mutable: bool) -> ImageTagMutability {
    if mutable { ImageTagMutability::Mutable } else { ImageTagMutability::Immutable }
}

fn scanning(on_push: bool) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder().scan_on_push(on_push).build()
}

impl Aws {
    /// The repositories that the look may be for.
    async fn repositories(&self, scope: &Scope<Repository>) -> CloudResult<Vec<types::Repository>> {
        let call = self.ecr.describe_repositories();
        let (call, size) = match (&scope.reach, scope.wanted.first()) {
            (Reach::One(_), Some((_, spec))) => (call.repository_names(&spec.name), None),
            _ => (call, Some(1000)),
        };
        // ECR allows no page size together with names.
        let pages = call.into_paginator();
        let pages = if let Some(size) = size { pages.page_size(size) } else { pages };
        let listed = pages.items().send().try_collect().await.accepting(MISSING)?;
        let prefix = format!("{}-", self.stack.prefix()).to_lowercase();
        let ours = |name: &str| {
            name.starts_with(&prefix) || scope.wanted.iter().any(|(_, spec)| spec.name == name)
        };
        let listed = listed.into_iter().flatten();
        Ok(listed.filter(|one| one.repository_name().is_some_and(ours)).collect())
    }

    async fn repository(
        &self,
        scope: &Scope<Repository>,
        index: &TagIndex,
        repository: types::Repository,
    ) -> CloudResult<Option<LiveRepository>> {
        let name = repository.repository_name().unwrap_or_default().to_owned();
        let arn = repository.repository_arn().unwrap_or_default();
        let named = |spec: &Repository| spec.name == name;
        let wanted = scope.wanted.iter().find(|(_, spec)| named(spec));
        let tags = async {
            match index.confirmed(arn, wanted.map(|(_, spec)| &spec.tags)) {
                Some(tags) => Ok(Some(tags)),
                None => self.repository_tags(arn).await,
            }
        };
        let (tags, lifecycle) = tokio::try_join!(tags, self.lifecycle(&name))?;
        let (Some(tags), Some(lifecycle)) = (tags, lifecycle) else { return Ok(None) };
        let Some((address, owner)) = self.holder(scope, named, &tags) else { return Ok(None) };
        let mutable_tags = match repository.image_tag_mutability() {
            Some(ImageTagMutability::Mutable) => true,
            Some(ImageTagMutability::Immutable) => false,
            // With exceptions it is neither, and therefore not what is desired.
            _ => scope.wanted(&address).is_none_or(|wanted| !wanted.mutable_tags),
        };
        let said = repository.image_scanning_configuration().is_some_and(|scan| scan.scan_on_push);
        let differs = scope.wanted(&address).is_some_and(|wanted| wanted.scan_on_push != said);
        // The setting of the registry is read only where it matters.
        let decided = differs && self.registry_scans(scope).await?;
        let scan_on_push = if decided { !said } else { said };
        let notes = decided.then(|| DECIDED.to_owned()).into_iter().collect();
        let spec = Repository { name, scan_on_push, mutable_tags, lifecycle, tags };
        let live = live(address, repository, spec).owned_by(owner);
        Ok(Some(Live { notes, ..live }))
    }

    async fn repository_tags(&self, arn: &str) -> CloudResult<Option<Tags>> {
        let call = self.ecr.list_tags_for_resource().resource_arn(arn).send().await;
        let answer = call.accepting(MISSING)?;
        Ok(answer.map(|answer| managed(answer.tags)))
    }
}
