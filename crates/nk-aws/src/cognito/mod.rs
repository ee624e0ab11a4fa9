//! Users.

mod clients;
mod credentials;
mod identity_provider;
mod overlay;
mod passwords;
mod provider_details;
mod token_validity;
mod user_pool;
mod user_pool_client;
mod user_pool_domain;

use std::{collections::BTreeSet, sync::Arc};

use aws_sdk_cognitoidentityprovider::types::UserPoolType;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Pass, Reach, Scope};
use nk_kinds::{
    Tags,
    cognito::{UserPool, UserPoolId},
};
use nk_model::{Address, Kind, Ref};

use crate::{Aws, sdk_error::SdkResult, tags::managed};

/// Cognito's code for something missing.
const MISSING: &[&str] = &["ResourceNotFoundException"];

/// The maximum number of entries on a page of Cognito's lists.
const PAGE: i32 = 60;

/// A user pool of this stack, whose parts are looked for.
struct Parent {
    id: String,
    /// None if only the id is known, which is sufficient then.
    address: Option<Address>,
    /// The prefix of its domain.
    domain: Option<String>,
}

impl Parent {
    /// Whether a reference, resolved or not, means this pool.
    fn is(&self, pool: &Ref<UserPoolId>) -> bool {
        let named = |address: &Address| *pool == Ref::to(address.name());
        pool.as_str() == self.id || self.address.as_ref().is_some_and(named)
    }
}

impl Aws {
    /// One user pool; none if it does not exist.
    async fn pool(&self, id: &str) -> CloudResult<Option<UserPoolType>> {
        let call = self.cognito.describe_user_pool().user_pool_id(id).send().await;
        let answer = call.accepting(MISSING)?;
        Ok(answer.and_then(|answer| answer.user_pool))
    }

    /// The user pools with a name of this stack, whoever owns them, and if none of them belongs to
    /// it, those that were renamed. Only the tags show the owner, and Cognito's list does not
    /// contain them.
    async fn pools<K>(&self, scope: &Scope<K>) -> CloudResult<Arc<Vec<UserPoolType>>> {
        let pools = || async {
            let mut pools = self.described_pools(&self.pool_ids(&scope.pass).await?).await?;
            let ours = pools.iter().any(|pool| self.is_ours(pool));
            if scope.reach == Reach::Stack && !ours {
                pools.extend(self.renamed_pools(&scope.pass).await?);
            }
            Ok(pools)
        };
        scope.pass.once("cognito pools", pools).await
    }

    async fn described_pools(&self, ids: &[String]) -> CloudResult<Vec<UserPoolType>> {
        let looks = ids.iter().map(|id| self.pool(id));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    fn is_ours(&self, pool: &UserPoolType) -> bool {
        managed(pool.user_pool_tags.clone()).address(&self.stack).is_some()
    }

    /// The user pools of this stack by their tags alone, from the tag index; if that may not be
    /// read, from every pool of the account.
    async fn renamed_pools(&self, pass: &Pass) -> CloudResult<Vec<UserPoolType>> {
        let index = self.stack_index(pass).await?;
        let ids: Vec<_> = match index.known() {
            Some(known) => {
                let ours = |tags: &Tags| {
                    tags.address(&self.stack).is_some_and(|one| one.kind() == UserPool::KIND)
                };
                let arns = known.iter().filter(|(_, tags)| ours(tags)).map(|(arn, _)| arn);
                arns.filter_map(|arn| arn.rsplit_once("userpool/"))
                    .map(|(_, id)| id.to_owned())
                    .collect()
            }
            None => self.listed_pools(pass).await?.iter().map(|(id, _)| id.clone()).collect(),
        };
        let mut found = self.described_pools(&ids).await?;
        found.retain(|pool| self.is_ours(pool));
        Ok(found)
    }

    /// The ids and names of all user pools.
    async fn listed_pools(&self, pass: &Pass) -> CloudResult<Arc<Vec<(String, String)>>> {
        let listed = || async {
            let call = self.cognito.list_user_pools().max_results(PAGE);
            let listed = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
            let listed = listed.or_cloud_error()?.into_iter();
            Ok(listed.filter_map(|pool| Some((pool.id?, pool.name?))).collect())
        };
        pass.once("cognito pools listed", listed).await
    }

    /// The ids of the user pools with a name of this stack, whoever owns them.
    async fn pool_ids(&self, pass: &Pass) -> CloudResult<Vec<String>> {
        let listed = self.listed_pools(pass).await?;
        let named = listed.iter().filter(|(_, name)| self.named_by_stack(name));
        Ok(named.map(|(id, _)| id.clone()).collect())
    }

    /// The same for a look at the parts of all pools; none for a look at one part.
    async fn ids_for<K>(&self, scope: &Scope<K>) -> CloudResult<Vec<String>> {
        match scope.reach {
            Reach::Stack => self.pool_ids(&scope.pass).await,
            Reach::One(_) => Ok(Vec::new()),
        }
    }

    /// The pools whose parts are looked for: for one part, its pool if that is known, without a
    /// look at the pool; otherwise all pools of this stack.
    async fn parents<K>(
        &self,
        scope: &Scope<K>,
        pool: impl Fn(&K) -> &Ref<UserPoolId>,
    ) -> CloudResult<Vec<Parent>> {
        if let (Reach::One(_), [(_, spec)]) = (&scope.reach, scope.wanted.as_slice())
            && pool(spec).is_known()
        {
            let id = pool(spec).to_string();
            return Ok(vec![Parent { id, address: None, domain: None }]);
        }
        let pools = self.pools(scope).await?;
        let ours = pools.iter().filter_map(|pool| {
            let address = managed(pool.user_pool_tags.clone()).address(&self.stack)?;
            Some(Parent {
                id: pool.id.clone()?,
                address: Some(address),
                domain: pool.domain.clone().filter(|domain| !domain.is_empty()),
            })
        });
        Ok(ours.collect())
    }
}

/// The address of something in a pool of the stack that is not desired.
fn orphan(kind: &str, name: &str) -> Address {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let name: String = name.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    Address::new(kind, &name)
}

/// A list of the SDK as words of a spec.
fn words<T: AsRef<str>>(list: Option<&[T]>) -> BTreeSet<String> {
    list.unwrap_or_default().iter().map(|word| word.as_ref().to_owned()).collect()
}

/// The words of a spec as a list of the SDK; none if there are no words.
fn list<T: for<'a> From<&'a str>>(words: &BTreeSet<String>) -> Option<Vec<T>> {
    let list: Vec<T> = words.iter().map(|word| T::from(word.as_str())).collect();
    Some(list).filter(|list| !list.is_empty())
}
