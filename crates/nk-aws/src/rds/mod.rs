//! Databases.

mod db_instance;
mod db_parameter_group;
mod db_subnet_group;
mod password;

use nk_engine::CloudResult;
use nk_kinds::Tags;

use crate::{
    Aws,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

impl Aws {
    /// Whether something has a name of this stack. RDS stores names in lower case.
    fn rds_named(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&self.stack.prefix().to_lowercase());
        rest.is_some_and(|rest| rest.starts_with('-'))
    }

    /// The tags of a group, which its description does not contain.
    async fn rds_tags(&self, arn: &str) -> CloudResult<Tags> {
        let call = self.rds.list_tags_for_resource().resource_name(arn).send().await;
        Ok(managed(call.or_cloud_error()?.tag_list))
    }

    /// Sets tags, new or existing.
    async fn rds_tag(&self, arn: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.rds.add_tags_to_resource().resource_name(arn);
        call.set_tags(Some(sdk_tags(tags))).send().await.or_cloud_error().map(drop)
    }
}
