//! Dashboards and alarms.

mod alarm;
mod dashboard;

use aws_sdk_cloudwatch::types::Tag;
use nk_engine::CloudResult;
use nk_kinds::Tags;

use crate::{Aws, sdk_error::SdkResult};

/// How CloudWatch says that something is gone: each of its operations has a word of its own.
const MISSING: &[&str] =
    &["ResourceNotFound", "ResourceNotFoundException", "DashboardNotFoundError"];

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

impl Aws {
    /// The tags that nk sets; none where CloudWatch knows no tags of such a thing.
    async fn cloudwatch_tags(&self, arn: &str) -> CloudResult<Option<Tags>> {
        let call = self.cloudwatch.list_tags_for_resource().resource_arn(arn).send().await;
        let answer = call.accepting(MISSING)?;
        Ok(answer.map(|answer| {
            let pairs = answer.tags.unwrap_or_default().into_iter();
            Tags::managed(pairs.filter_map(|tag| Some((tag.key?, tag.value?))))
        }))
    }

    /// Sets tags, whether they are there or not.
    async fn cloudwatch_tag(&self, arn: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.cloudwatch.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)));
        call.send().await.or_cloud_error().map(drop)
    }
}
