//! All roles with everything that belongs to them, in one listing.

use aws_sdk_iam::{
    operation::get_account_authorization_details::GetAccountAuthorizationDetailsError,
    types::{EntityType, RoleDetail},
};
use nk_engine::{CloudResult, Scope};
use nk_kinds::iam::Role;

use super::{
    document,
    role::{LiveRole, is, live},
};
use crate::{Aws, sdk_error::SdkResult, tags::managed};

impl Aws {
    /// The roles that the look is for, and those of this stack that are not desired.
    pub(super) async fn all_roles(&self, scope: &Scope<Role>) -> CloudResult<Vec<LiveRole>> {
        // `ListRoles` returns neither policies nor tags.
        let call = self.iam.get_account_authorization_details().filter(EntityType::Role);
        let pages = call.max_items(1000).into_paginator().send().try_collect().await;
        let pages: Vec<_> = pages.or_cloud_error()?;
        let roles = pages.into_iter().flat_map(|page| page.role_detail_list.unwrap_or_default());
        roles.filter_map(|role| self.detailed(scope, role).transpose()).collect()
    }

    fn detailed(&self, scope: &Scope<Role>, role: RoleDetail) -> CloudResult<Option<LiveRole>> {
        let (Some(name), Some(arn)) = (role.role_name, role.arn) else { return Ok(None) };
        let tags = managed(role.tags);
        let Some((address, owner)) = self.holder(scope, |spec| is(&name, spec), &tags) else {
            return Ok(None);
        };
        let attached = role.attached_managed_policies.unwrap_or_default().into_iter();
        let own = role.role_policy_list.unwrap_or_default().into_iter().map(|policy| {
            let text = policy.policy_document.unwrap_or_default();
            Ok((
                policy.policy_name.unwrap_or_default(),
                document::<GetAccountAuthorizationDetailsError>(&text)?,
            ))
        });
        let spec = Role {
            name,
            trust: document::<GetAccountAuthorizationDetailsError>(
                &role.assume_role_policy_document.unwrap_or_default(),
            )?,
            managed: attached.filter_map(|policy| policy.policy_arn).collect(),
            inline: own.collect::<CloudResult<_>>()?,
            tags,
        };
        Ok(Some(live(address, arn, spec).owned_by(owner)))
    }
}
