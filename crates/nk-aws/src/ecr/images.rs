//! The images in a repository.

use std::collections::BTreeSet;

use aws_sdk_ecr::{
    operation::batch_delete_image::BatchDeleteImageError,
    types::{ImageFailure, ImageFailureCode, ImageIdentifier, ImageStatusFilter, ListImagesFilter},
};
use nk_engine::{CloudError, CloudResult};

use crate::{
    Aws,
    sdk_error::{SdkResult, refused},
};

/// The maximum number of images that one call deletes. See
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html>.
const BATCH: usize = 100;

impl Aws {
    /// The digests of all images in a repository, including archived ones; none if there is no such
    /// repository.
    pub(super) async fn images(&self, repository: &str) -> CloudResult<BTreeSet<String>> {
        // By default, ECR leaves out the archived ones.
        let any = ListImagesFilter::builder().image_status(ImageStatusFilter::Any).build();
        let call = self.ecr.list_images().repository_name(repository).filter(any);
        let pages = call.into_paginator().page_size(1000).items().send().try_collect().await;
        let listed = pages.accepting(super::MISSING)?;
        Ok(listed.into_iter().flatten().filter_map(|image| image.image_digest).collect())
    }

    /// Deletes all images of a repository.
    ///
    /// ECR keeps an image while an index of several platforms lists it. Each round deletes what the
    /// previous one has released, and every round deletes something.
    pub(super) async fn remove_images(&self, repository: &str) -> CloudResult<()> {
        let mut left = self.images(repository).await?;
        while !left.is_empty() {
            let failures = self.remove_these(repository, &left).await?;
            let listed = |failure: &ImageFailure| {
                failure.failure_code == Some(ImageFailureCode::ImageReferencedByManifestList)
            };
            if let Some(failure) = failures.iter().find(|failure| !listed(failure)) {
                return Err(refusal(failure));
            }
            let kept: BTreeSet<_> = failures.iter().filter_map(digest).collect();
            if let (true, Some(failure)) = (kept.len() >= left.len(), failures.first()) {
                return Err(refusal(failure));
            }
            left = kept;
        }
        Ok(())
    }

    /// Deletes these images and returns those that ECR keeps, without those that are already
    /// deleted.
    async fn remove_these(
        &self,
        repository: &str,
        digests: &BTreeSet<String>,
    ) -> CloudResult<Vec<ImageFailure>> {
        let ids: Vec<_> = digests
            .iter()
            .map(|digest| ImageIdentifier::builder().image_digest(digest).build())
            .collect();
        let mut failures = Vec::new();
        for ids in ids.chunks(BATCH) {
            let call = self.ecr.batch_delete_image().repository_name(repository);
            let answer = call.set_image_ids(Some(ids.to_vec())).send().await.or_cloud_error()?;
            failures.extend(answer.failures.unwrap_or_default());
        }
        failures.retain(|failure| failure.failure_code != Some(ImageFailureCode::ImageNotFound));
        Ok(failures)
    }
}

fn digest(failure: &ImageFailure) -> Option<String> {
    failure.image_id()?.image_digest().map(ToOwned::to_owned)
}

fn refusal(failure: &ImageFailure) -> CloudError {
    let digest = digest(failure).unwrap_or_else(|| "an image".into());
    let reason = failure.failure_reason().unwrap_or("it cannot be deleted");
    refused::<BatchDeleteImageError>(format!("{digest}: {reason}"))
}
