//! Finds the app clients of a pool.

use aws_sdk_cognitoidentityprovider::types::{UserPoolClientDescription, UserPoolClientType};
use nk_engine::CloudResult;

use super::{MISSING, PAGE};
use crate::{Aws, sdk_error::SdkResult};

impl Aws {
    /// The id of a pool and its clients.
    pub(super) async fn listed_clients(
        &self,
        pool: String,
    ) -> CloudResult<(String, Vec<UserPoolClientDescription>)> {
        let call = self.cognito.list_user_pool_clients().user_pool_id(&pool).max_results(PAGE);
        let listed = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let listed = listed.accepting(MISSING)?;
        Ok((pool, listed.unwrap_or_default()))
    }

    /// One client; none if it does not exist.
    pub(super) async fn client(
        &self,
        pool: &str,
        id: &str,
    ) -> CloudResult<Option<UserPoolClientType>> {
        let call = self.cognito.describe_user_pool_client().user_pool_id(pool).client_id(id);
        let answer = call.send().await.accepting(MISSING)?;
        Ok(answer.and_then(|answer| answer.user_pool_client))
    }
}
