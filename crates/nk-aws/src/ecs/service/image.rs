//! Whether the image of a service is in its repository.

use aws_sdk_ecr::types::ImageIdentifier;
use aws_sdk_ecs::types::{Service, TaskDefinition};
use nk_engine::CloudResult;

use crate::{Aws, sdk_error::SdkResult};

/// ECR's codes for a missing image.
const MISSING: &[&str] = &["ImageNotFoundException", "RepositoryNotFoundException"];

impl Aws {
    /// The image of the service's task definition, if it should be in a repository of this stack
    /// and is not.
    pub(super) async fn missing_image(&self, service: &Service) -> CloudResult<Option<String>> {
        let definition = service.task_definition().unwrap_or_default();
        let call = self.ecs.describe_task_definition().task_definition(definition).send().await;
        let answer = call.or_cloud_error()?;
        let definition = answer.task_definition;
        let containers = definition.as_ref().map(TaskDefinition::container_definitions);
        for image in containers.into_iter().flatten().filter_map(|one| one.image()) {
            let Some((repository, wanted)) = self.own_image(image) else { continue };
            let call = self.ecr.describe_images().repository_name(repository).image_ids(wanted);
            let found = call.send().await.accepting(MISSING)?;
            if found.is_none() {
                return Ok(Some(image.to_owned()));
            }
        }
        Ok(None)
    }

    /// The repository and the identifier of an image that is in a repository of this stack.
    fn own_image<'a>(&self, image: &'a str) -> Option<(&'a str, ImageIdentifier)> {
        let (host, path) = image.split_once('/')?;
        if !host.starts_with(&format!("{}.dkr.ecr.", self.account)) {
            return None;
        }
        let identifier = ImageIdentifier::builder();
        let (repository, identifier) = match (path.split_once('@'), path.split_once(':')) {
            (Some((repository, digest)), _) => (repository, identifier.image_digest(digest)),
            (None, Some((repository, tag))) => (repository, identifier.image_tag(tag)),
            (None, None) => (path, identifier.image_tag("latest")),
        };
        // An image with a tag and a digest is pulled by the digest.
        let repository = repository.split(':').next().unwrap_or(repository);
        let ours = repository.starts_with(&self.ecs_prefix().to_lowercase());
        ours.then(|| (repository, identifier.build()))
    }
}
