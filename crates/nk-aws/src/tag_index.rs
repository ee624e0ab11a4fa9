//! The tags of many resources in one call, for services that report them for one resource at a
//! time.
//!
//! # Caveats
//!
//! AWS's tag index lags behind the services and leaves out resources without tags, and emulators
//! leave out whole kinds. It is believed only where it shows what is desired; everything else is
//! read from the service itself. If it may not be read, that costs calls and nothing else.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use nk_engine::{CloudResult, Pass, Reach, Scope};
use nk_kinds::{KINDS, Tags};

use crate::{Aws, sdk_error::SdkResult, tags::managed};

/// The maximum number of resources on a page.
const PAGE: i32 = 100;

/// The tags that nk sets, by ARN; none if the index may not be read.
#[derive(Default)]
pub(crate) struct TagIndex(Arc<Option<HashMap<String, Tags>>>);

impl TagIndex {
    /// The tags of a resource, if they are known to be the desired ones.
    pub(crate) fn confirmed(&self, arn: &str, wanted: Option<&Tags>) -> Option<Tags> {
        self.known()?.get(arn).filter(|tags| Some(*tags) == wanted).cloned()
    }

    /// Everything in the index, as it was a while ago.
    pub(crate) fn known(&self) -> Option<&HashMap<String, Tags>> {
        self.0.as_ref().as_ref()
    }
}

impl Aws {
    /// The index, for a look at the whole stack; a look at one resource asks its service.
    pub(crate) async fn tag_index<K>(&self, scope: &Scope<K>) -> CloudResult<TagIndex> {
        if scope.reach != Reach::Stack || scope.wanted.is_empty() {
            return Ok(TagIndex::default());
        }
        self.stack_index(&scope.pass).await
    }

    /// The index for the whole stack, for any look.
    pub(crate) async fn stack_index(&self, pass: &Pass) -> CloudResult<TagIndex> {
        let index = pass.once("tag index", || async { Ok(self.indexed_tags().await) });
        index.await.map(TagIndex)
    }

    /// Whether the index contains anything of this stack from other services than these; true if it
    /// cannot be read.
    pub(crate) async fn has_tagged_beyond(&self, services: &[&str]) -> bool {
        let stack = TagFilter::builder().key(Tags::STACK).values(self.stack.prefix()).build();
        let call = self.tagging.get_resources().tag_filters(stack).resources_per_page(PAGE);
        let mut found = call.into_paginator().items().send();
        while let Some(one) = found.next().await {
            let Ok(one) = one.or_cloud_error() else { return true };
            let service = one.resource_arn().and_then(|arn| arn.split(':').nth(2));
            if service.is_some_and(|service| !services.contains(&service)) {
                return true;
            }
        }
        false
    }

    async fn indexed_tags(&self) -> Option<HashMap<String, Tags>> {
        let stack = TagFilter::builder().key(Tags::STACK).values(self.stack.prefix()).build();
        let call = self
            .tagging
            .get_resources()
            .tag_filters(stack)
            .resources_per_page(PAGE)
            .set_resource_type_filters(Some(types()));
        let found = call.into_paginator().items().send().try_collect().await;
        let found = found.or_cloud_error().inspect_err(|error| {
            tracing::debug!(%error, "reading the tags of each resource instead");
        });
        let tagged = |one: ResourceTagMapping| Some((one.resource_arn?, managed(one.tags)));
        Some(found.ok()?.into_iter().filter_map(tagged).collect())
    }
}

/// The types that are looked up. Without this filter, the answer would contain every revision of
/// every task definition.
fn types() -> Vec<String> {
    let types: BTreeSet<_> = KINDS.iter().filter_map(|kind| kind.tag_type).collect();
    types.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use nk_model::{Address, StackId};

    use super::*;

    #[test]
    fn only_the_wanted_tags_are_believed() {
        let stack = StackId { project: "p".into(), environment: "e".into() };
        let tags = |name| Tags::new(&stack, &Address::new("alarm", name), name);
        let index = TagIndex(Arc::new(Some(HashMap::from([("arn".to_owned(), tags("a"))]))));
        assert_eq!(index.confirmed("arn", Some(&tags("a"))), Some(tags("a")));
        assert_eq!(index.confirmed("arn", Some(&tags("b"))), None);
        assert_eq!(index.confirmed("arn", None), None);
        assert_eq!(index.confirmed("other", Some(&tags("a"))), None);
    }
}
