//! How Cognito creates a user pool.

use std::sync::Arc;

use aws_sdk_cognitoidentityprovider::types::{
    DeletionProtectionType, UserPoolPolicyType, UserPoolTierType, UserPoolType,
    UsernameConfigurationType,
};
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::cognito::{UserPool, UserPoolOutputs};
use nk_model::{Address, Change, Guard, Live, Owner};

use super::{
    MISSING, list,
    passwords::{observed_policy, observed_recovery, password_policy, recovery},
    words,
};
use crate::{
    Aws,
    retry::once,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

impl Reconcile<UserPool> for Aws {
    async fn observe(
        &self,
        scope: &Scope<UserPool>,
    ) -> CloudResult<Vec<Live<UserPool, UserPoolOutputs>>> {
        let pools = match scope.id() {
            Some(id) => Arc::new(self.pool(id).await?.into_iter().collect()),
            None => self.pools(scope).await?,
        };
        let found = pools.iter().filter_map(|pool| {
            let (tags, name) = (managed(pool.user_pool_tags.clone()), pool.name()?);
            let (address, owner) = match scope.reach {
                Reach::Stack => self.holder(scope, |spec| spec.name == name, &tags)?,
                // Names of pools are not unique, so somebody else's pool is not in the way.
                Reach::One(_) => (tags.address(&self.stack)?, Owner::Ours),
            };
            Some(live_pool(pool, address)?.owned_by(owner))
        });
        Ok(found.filter(|live| scope.covers(&live.address)).collect())
    }

    async fn create(
        &self,
        spec: &UserPool,
        address: &Address,
    ) -> CloudResult<Option<Live<UserPool, UserPoolOutputs>>> {
        let policy = password_policy(&spec.password).build();
        let case = UsernameConfigurationType::builder().case_sensitive(spec.case_sensitive).build();
        // There is no token and no unique name: a second attempt of the SDK could create a second
        // pool.
        let answer = self
            .cognito
            .create_user_pool()
            .pool_name(&spec.name)
            .policies(UserPoolPolicyType::builder().password_policy(policy).build())
            .deletion_protection(protection(spec.protected))
            .set_auto_verified_attributes(list(&spec.verified))
            .set_alias_attributes(list(&spec.aliases))
            .set_username_attributes(list(&spec.username_attributes))
            .username_configuration(case.expect("the case is set"))
            .account_recovery_setting(recovery(spec))
            .user_pool_tier(UserPoolTierType::from(spec.tier.as_str()))
            .set_user_pool_tags(Some(sdk_tags(&spec.tags)))
            .customize()
            .config_override(once!(aws_sdk_cognitoidentityprovider))
            .send()
            .await
            .or_cloud_error()?;
        Ok(answer.user_pool.and_then(|pool| live_pool(&pool, address.clone())))
    }

    async fn update(
        &self,
        spec: &UserPool,
        live: &Live<UserPool, UserPoolOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<UserPool, UserPoolOutputs>>> {
        if let Some(pool) = self.pool(&live.id).await? {
            let call = self.overlaid_pool(pool, spec);
            call.send().await.or_cloud_error()?;
        }
        Ok(None)
    }

    async fn destroy(&self, live: &Live<UserPool, UserPoolOutputs>) -> CloudResult<Departure> {
        self.cognito.delete_user_pool().user_pool_id(&live.id).send().await.accepting(MISSING)?;
        Ok(Departure::Gone)
    }

    async fn guards(&self, live: &Live<UserPool, UserPoolOutputs>) -> CloudResult<Vec<Guard>> {
        let Some(pool) = self.pool(&live.id).await? else { return Ok(Vec::new()) };
        let protected = is_protected(&pool).then(|| "deletion protection is on".to_owned());
        let users = match pool.estimated_number_of_users {
            ..=0 => None,
            1 => Some("it has 1 user".to_owned()),
            number => Some(format!("it has {number} users")),
        };
        let guard = |reason| Guard { address: live.address.clone(), reason, liftable: true };
        Ok([protected, users].into_iter().flatten().map(guard).collect())
    }

    async fn unprotect(&self, live: &Live<UserPool, UserPoolOutputs>) -> CloudResult<()> {
        let Some(pool) = self.pool(&live.id).await?.filter(is_protected) else { return Ok(()) };
        let call = self.same_pool(pool).deletion_protection(DeletionProtectionType::Inactive);
        call.send().await.or_cloud_error().map(drop)
    }
}

/// A pool as its description shows it.
fn live_pool(pool: &UserPoolType, address: Address) -> Option<Live<UserPool, UserPoolOutputs>> {
    let id = pool.id.clone()?;
    let tier = pool.user_pool_tier.as_ref().unwrap_or(&UserPoolTierType::Essentials);
    let spec = UserPool {
        name: pool.name.clone().unwrap_or_default(),
        aliases: words(pool.alias_attributes.as_deref()),
        username_attributes: words(pool.username_attributes.as_deref()),
        case_sensitive: pool.username_configuration.as_ref().is_none_or(|one| one.case_sensitive),
        recovery: observed_recovery(pool),
        verified: words(pool.auto_verified_attributes.as_deref()),
        password: observed_policy(pool),
        tier: tier.to_string(),
        protected: is_protected(pool),
        tags: managed(pool.user_pool_tags.clone()),
    };
    let outputs = UserPoolOutputs { id: id.clone(), arn: pool.arn.clone()? };
    Some(Live::ready(address, id, spec, outputs))
}

pub(super) fn protection(on: bool) -> DeletionProtectionType {
    if on { DeletionProtectionType::Active } else { DeletionProtectionType::Inactive }
}

fn is_protected(pool: &UserPoolType) -> bool {
    pool.deletion_protection == Some(DeletionProtectionType::Active)
}
