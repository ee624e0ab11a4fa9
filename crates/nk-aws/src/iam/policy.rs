//! The policies of a role.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::operation::get_role_policy::GetRolePolicyError;
use futures::future::try_join_all;
use nk_engine::CloudResult;
use nk_kinds::PolicyDocument;

use super::{MISSING, document};
use crate::{Aws, sdk_error::SdkResult};

impl Aws {
    /// The ARNs of the managed policies attached to a role.
    pub(super) async fn managed_policies(&self, role: &str) -> CloudResult<BTreeSet<String>> {
        let pages = self.iam.list_attached_role_policies().role_name(role).into_paginator();
        let listed = pages.items().send().try_collect().await.accepting(MISSING)?;
        Ok(listed.into_iter().flatten().filter_map(|policy| policy.policy_arn).collect())
    }

    /// The inline policies by name.
    pub(super) async fn inline_policies(
        &self,
        role: &str,
    ) -> CloudResult<BTreeMap<String, PolicyDocument>> {
        let names = self.inline_names(role).await?;
        let policies = try_join_all(names.into_iter().map(|name| self.inline_policy(role, name)));
        Ok(policies.await?.into_iter().flatten().collect())
    }

    /// The names of the inline policies.
    pub(super) async fn inline_names(&self, role: &str) -> CloudResult<Vec<String>> {
        let pages = self.iam.list_role_policies().role_name(role).into_paginator();
        Ok(pages.items().send().try_collect().await.accepting(MISSING)?.unwrap_or_default())
    }

    async fn inline_policy(
        &self,
        role: &str,
        name: String,
    ) -> CloudResult<Option<(String, PolicyDocument)>> {
        let call = self.iam.get_role_policy().role_name(role).policy_name(&name).send().await;
        let Some(answer) = call.accepting(MISSING)? else {
            return Ok(None);
        };
        Ok(Some((name, document::<GetRolePolicyError>(&answer.policy_document)?)))
    }

    pub(super) async fn detach_policy(&self, role: &str, arn: &str) -> CloudResult<()> {
        let call = self.iam.detach_role_policy().role_name(role).policy_arn(arn).send().await;
        call.accepting(MISSING).map(drop)
    }

    pub(super) async fn remove_policy(&self, role: &str, policy: &str) -> CloudResult<()> {
        let call = self.iam.delete_role_policy().role_name(role).policy_name(policy).send().await;
        call.accepting(MISSING).map(drop)
    }
}
