//! What ECR reports about a repository.

use aws_sdk_ecr::types::{self, ImageTagMutability};
use nk_kinds::{
    Tags,
    ecr::{Repository, RepositoryOutputs},
};
use nk_model::{Address, Live};

use super::{super::lifecycle, LiveRepository};

/// A repository as ECR describes it: without its lifecycle policy and tags.
pub(super) fn live(address: Address, repository: types::Repository) -> LiveRepository {
    let name = repository.repository_name.unwrap_or_default();
    let mutability = repository.image_tag_mutability;
    let scanning = repository.image_scanning_configuration;
    let spec = Repository {
        name: name.clone(),
        scan_on_push: scanning.is_some_and(|scanning| scanning.scan_on_push),
        mutable_tags: mutability.as_ref().is_none_or(|one| one.as_str().starts_with("MUTABLE")),
        lifecycle: lifecycle::none(),
        tags: Tags::default(),
    };
    let outputs = RepositoryOutputs {
        uri: repository.repository_uri.unwrap_or_default(),
        arn: repository.repository_arn.unwrap_or_default(),
        name: name.clone(),
    };
    let plain = [ImageTagMutability::Mutable, ImageTagMutability::Immutable];
    let other = mutability.filter(|found| !plain.contains(found));
    let beyond = other.map(|found| ("mutable-tags".to_owned(), found.to_string()));
    Live { beyond: beyond.into_iter().collect(), ..Live::ready(address, name, spec, outputs) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_are_mutable_with_exceptions_are_beyond_a_spec() {
        let told = |mutability| {
            let found = types::Repository::builder().image_tag_mutability(mutability).build();
            let live = live(Address::new("repository", "web"), found);
            (live.spec.mutable_tags, live.beyond.into_values().next())
        };
        assert_eq!(told(ImageTagMutability::Mutable), (true, None));
        assert_eq!(told(ImageTagMutability::Immutable), (false, None));
        let exceptions = ImageTagMutability::MutableWithExclusion;
        assert_eq!(told(exceptions), (true, Some("MUTABLE_WITH_EXCLUSION".into())));
    }
}
