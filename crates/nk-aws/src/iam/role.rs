//! How IAM creates a role.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::operation::get_role::GetRoleError;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Nature, Reach, Reconcile, Scope};
use nk_kinds::iam::{Role, RoleOutputs};
use nk_model::{Address, Change, Changes, Live, Phase};

use super::{MISSING, document};
use crate::{
    Aws,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

pub(super) type LiveRole = Live<Role, RoleOutputs>;

impl Reconcile<Role> for Aws {
    async fn observe(&self, scope: &Scope<Role>) -> CloudResult<Vec<LiveRole>> {
        let mut names: BTreeSet<_> =
            scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        if scope.reach == Reach::Stack {
            match self.all_roles(scope).await {
                Err(error) if error.nature == Nature::Denied => {}
                answer => return answer,
            }
            // If the caller may not list all roles of the account, the stack's own are read one by
            // one, which takes more calls. Their names are fixed, so those that are not desired are
            // found as well.
            names.extend(Role::names(&self.stack));
        }
        let looks = names.iter().map(|name| self.role(scope, name));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(&self, spec: &Role, address: &Address) -> CloudResult<Option<LiveRole>> {
        let answer = self
            .iam
            .create_role()
            .role_name(&spec.name)
            .assume_role_policy_document(spec.trust.to_string())
            .set_tags(Some(sdk_tags(&spec.tags)))
            .send()
            .await
            .or_cloud_error()?;
        let bare = Role { managed: BTreeSet::new(), inline: BTreeMap::new(), ..spec.clone() };
        Ok(answer.role.map(|role| live(address.clone(), role.arn, bare)))
    }

    async fn update(
        &self,
        spec: &Role,
        live: &LiveRole,
        changes: &[Change],
    ) -> CloudResult<Option<LiveRole>> {
        let name = &live.spec.name;
        if changes.touch("trust") {
            let call = self.iam.update_assume_role_policy().role_name(name);
            call.policy_document(spec.trust.to_string()).send().await.or_cloud_error()?;
        }
        // What is allowed before and after must be allowed in between: add first, then remove.
        for arn in spec.managed.difference(&live.spec.managed) {
            let call = self.iam.attach_role_policy().role_name(name).policy_arn(arn);
            call.send().await.or_cloud_error()?;
        }
        for (policy, document) in &spec.inline {
            if live.spec.inline.get(policy) != Some(document) {
                let call = self.iam.put_role_policy().role_name(name).policy_name(policy);
                call.policy_document(document.to_string()).send().await.or_cloud_error()?;
            }
        }
        for arn in live.spec.managed.difference(&spec.managed) {
            self.detach_policy(name, arn).await?;
        }
        for policy in live.spec.inline.keys().filter(|policy| !spec.inline.contains_key(*policy)) {
            self.remove_policy(name, policy).await?;
        }
        if changes.touch("tags") {
            let call = self.iam.tag_role().role_name(name).set_tags(Some(sdk_tags(&spec.tags)));
            call.send().await.or_cloud_error()?;
        }
        // IAM answers when it has stored a change, but reads may lag behind for minutes; the
        // answers are the better proof.
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveRole) -> CloudResult<Departure> {
        let name = &live.spec.name;
        // The live policies: one that was added since would block the deletion of the role.
        let (managed, inline) =
            tokio::try_join!(self.managed_policies(name), self.inline_names(name))?;
        for arn in &managed {
            self.detach_policy(name, arn).await?;
        }
        for policy in &inline {
            self.remove_policy(name, policy).await?;
        }
        self.iam.delete_role().role_name(name).send().await.accepting(MISSING)?;
        Ok(Departure::Gone)
    }
}

/// A role with the known part of its spec.
pub(super) fn live(address: Address, arn: String, spec: Role) -> LiveRole {
    // For some seconds, IAM may return a new role's unique id instead of its ARN.
    let phase =
        if arn.starts_with("arn:") { Phase::Ready } else { Phase::Busy("without an ARN".into()) };
    Live::ready(address, spec.name.clone(), spec, RoleOutputs { arn }).in_phase(phase)
}

impl Aws {
    /// One role by its name. Listings may lag behind, and contain the roles of others.
    async fn role(&self, scope: &Scope<Role>, name: &str) -> CloudResult<Option<LiveRole>> {
        let call = self.iam.get_role().role_name(name).send().await;
        let Some(role) = call.accepting(MISSING)?.and_then(|answer| answer.role) else {
            return Ok(None);
        };
        let tags = managed(role.tags.clone());
        let Some((address, owner)) = self.holder(scope, |spec| is(name, spec), &tags) else {
            return Ok(None);
        };
        let trust = role.assume_role_policy_document().unwrap_or_default();
        let trust = document::<GetRoleError>(trust)?;
        let (managed, inline) =
            tokio::try_join!(self.managed_policies(name), self.inline_policies(name))?;
        let spec = Role { name: role.role_name, trust, managed, inline, tags };
        Ok(Some(live(address, role.arn, spec).owned_by(owner)))
    }
}

/// Whether a role's name is the desired one: IAM ignores case.
pub(super) fn is(name: &str, wanted: &Role) -> bool {
    wanted.name.eq_ignore_ascii_case(name)
}
