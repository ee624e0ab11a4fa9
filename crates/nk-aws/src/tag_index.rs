//! The tags of many resources in one call, for services that tell them of one resource at a time.
//!
//! # Caveats
//!
//! AWS's index of tags lags behind the services, leaves out what has no tags, and emulators leave
//! out whole kinds. What it says is believed only where it is what is wanted; everything else is
//! asked of the service itself. That nobody may read it costs calls and nothing else.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use nk_engine::{CloudResult, Pass, Reach, Scope};
use nk_kinds::{KINDS, Tags};

use crate::{Aws, sdk_error::SdkResult, tags::managed};

/// How many resources a page has at most.
const PAGE: i32 = 100;

/// The tags that nk sets, by ARN; none where nobody may read them.
#[derive(Default)]
pub(crate) struct TagIndex(Arc<Option<HashMap<String, Tags>>>);

impl TagIndex {
    /// The tags of a resource, if they are known to be the wanted ones.
    pub(crate) fn confirmed(&self, arn: &str, wanted: Option<&Tags>) -> Option<Tags> {
        self.known()?.get(arn).filter(|tags| Some(*tags) == wanted).cloned()
    }

    /// All that it knows, as it was a while ago.
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

    /// The index of all of the stack, whoever looks.
    pub(crate) async fn stack_index(&self, pass: &Pass) -> CloudResult<TagIndex> {
        let index = pass.once("tag index", || async { Ok(self.indexed_tags().await) });
        index.await.map(TagIndex)
    }

    /// Whether the index knows anything of this stack that is of other services than these; true
    /// where it does not answer.
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
            tracing::debug!(%error, "every resource is asked for its tags");
        });
        let tagged = |one: ResourceTagMapping| Some((one.resource_arn?, managed(one.tags)));
        Some(found.ok()?.into_iter().filter_map(tagged).collect())
    }
}

/// The types of what is looked up here. Without this the answer would hold every revision of every
/// task definition as well.
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
