//! How Secrets Manager creates a secret.

use std::collections::BTreeSet;

use aws_sdk_secretsmanager::{
    operation::describe_secret::DescribeSecretOutput, primitives::DateTimeFormat,
};
use futures::future::try_join_all;
use nk_engine::{CloudError, CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::secretsmanager::{Content, Secret, SecretOutputs};
use nk_model::{Address, Change, Changes, Live, Phase};
use serde_json::json;

use super::password;
use crate::{
    Aws,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

/// Secrets Manager's code for a missing secret.
pub(crate) const MISSING: &[&str] = &["ResourceNotFoundException"];
/// Makes the creation of an empty secret repeatable: the same token with the same value is the same
/// version. Versions of different secrets may have the same token.
const EMPTY: &str = "00000000-0000-0000-0000-6e6b20656d70";

type LiveSecret = Live<Secret, SecretOutputs>;

impl Reconcile<Secret> for Aws {
    async fn observe(&self, scope: &Scope<Secret>) -> CloudResult<Vec<LiveSecret>> {
        // `ListSecrets` may lag behind by minutes, and leaves out secrets that can be restored.
        let mut names: BTreeSet<_> =
            scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        if scope.reach == Reach::Stack {
            // Secrets that were desired once are found when they are not desired as well.
            names.extend(Secret::ALL.map(|name| format!("{}-{name}", self.stack.prefix())));
        }
        let looks = names.iter().map(|name| self.secret_called(scope, name));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(&self, spec: &Secret, address: &Address) -> CloudResult<Option<LiveSecret>> {
        let call = self
            .secrets
            .create_secret()
            .name(&spec.name)
            .description(&spec.description)
            .set_tags(Some(sdk_tags(&spec.tags)));
        let answer = match spec.content {
            Content::Empty => {
                let call = call.secret_string("{}").client_request_token(EMPTY);
                call.send().await.or_cloud_error()
            }
            Content::Password => {
                let password = password::generated();
                let call = call.secret_string(json!({"password": password}).to_string());
                let answer = call.send().await.or_cloud_error();
                answer.map_err(|error| error.without(&password))
            }
        };
        let arn = answer?.arn.unwrap_or_default();
        let outputs = SecretOutputs { arn, name: spec.name.clone() };
        Ok(Some(Live::ready(address.clone(), &spec.name, spec.clone(), outputs)))
    }

    async fn update(
        &self,
        spec: &Secret,
        live: &LiveSecret,
        changes: &[Change],
    ) -> CloudResult<Option<LiveSecret>> {
        let id = &live.outputs.arn;
        if matches!(live.phase, Phase::Retired(_)) {
            // With its old value, which the database still uses.
            self.secrets.restore_secret().secret_id(id).send().await.or_cloud_error()?;
        }
        if changes.touch("description") {
            let call = self.secrets.update_secret().secret_id(id).description(&spec.description);
            call.send().await.or_cloud_error()?;
        }
        if changes.touch("tags") {
            let call = self.secrets.tag_resource().secret_id(id);
            call.set_tags(Some(sdk_tags(&spec.tags))).send().await.or_cloud_error()?;
        }
        let live = live.clone().changed_to(spec.clone());
        Ok(Some(live.in_phase(Phase::Ready)))
    }

    async fn destroy(&self, live: &LiveSecret) -> CloudResult<Departure> {
        if matches!(live.phase, Phase::Retired(_)) {
            return Ok(Departure::Gone);
        }
        let call = self
            .secrets
            .delete_secret()
            .secret_id(&live.outputs.arn)
            .recovery_window_in_days(live.spec.recovery_days)
            .send()
            .await;
        match call.accepting(MISSING) {
            Err(error) if !retired(&error) => Err(error),
            _ => Ok(Departure::Gone),
        }
    }
}

/// Whether a call was refused because the secret is already scheduled for deletion.
pub(crate) fn retired(error: &CloudError) -> bool {
    let fragments = ["for deletion", "marked deleted", "was deleted"];
    fragments.iter().any(|fragment| error.says("InvalidRequestException", fragment))
}

impl Aws {
    async fn secret_called(
        &self,
        scope: &Scope<Secret>,
        name: &str,
    ) -> CloudResult<Option<LiveSecret>> {
        let call = self.secrets.describe_secret().secret_id(name).send().await;
        let answer = call.accepting(MISSING)?;
        Ok(answer.and_then(|answer| self.described(scope, name, answer)))
    }

    fn described(
        &self,
        scope: &Scope<Secret>,
        name: &str,
        secret: DescribeSecretOutput,
    ) -> Option<LiveSecret> {
        let tags = managed(secret.tags);
        let (address, owner) = self.holder(scope, |spec| spec.name == name, &tags)?;
        let phase = match secret.deleted_date {
            None => Phase::Ready,
            Some(date) => Phase::Retired(date.fmt(DateTimeFormat::DateTime).unwrap_or_default()),
        };
        let spec = Secret {
            name: secret.name.unwrap_or_default(),
            description: secret.description.unwrap_or_default(),
            // Neither is told.
            content: Content::Empty,
            recovery_days: Secret::RECOVERY_DAYS,
            tags,
        };
        let outputs =
            SecretOutputs { arn: secret.arn.unwrap_or_default(), name: spec.name.clone() };
        let live = Live::ready(address, outputs.name.clone(), spec, outputs);
        Some(live.in_phase(phase).owned_by(owner))
    }
}
