//! Dashboards and alarms.

mod alarm;
mod dashboard;

use nk_engine::CloudResult;
use nk_kinds::Tags;

use crate::{
    Aws,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

/// CloudWatch's codes for something missing, which differ between its operations.
const MISSING: &[&str] =
    &["ResourceNotFound", "ResourceNotFoundException", "DashboardNotFoundError"];

impl Aws {
    /// The tags that nk sets; none if CloudWatch supports no tags here.
    async fn cloudwatch_tags(&self, arn: &str) -> CloudResult<Option<Tags>> {
        let call = self.cloudwatch.list_tags_for_resource().resource_arn(arn).send().await;
        let answer = call.accepting(MISSING)?;
        Ok(answer.map(|answer| managed(answer.tags)))
    }

    /// Sets tags, new or existing.
    async fn cloudwatch_tag(&self, arn: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.cloudwatch.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)));
        call.send().await.or_cloud_error().map(drop)
    }
}
