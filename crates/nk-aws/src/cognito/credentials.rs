//! The credentials of an identity provider, which are in a secret and only pass through here.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use nk_engine::{CloudError, CloudResult, Scope, SecretValue};
use nk_kinds::cognito::IdentityProvider;

use crate::{Aws, sdk_error::refused};

/// How a provider knows the application. It has no `Debug`, because nothing may show it.
pub(super) struct Credentials {
    client_id: String,
    client_secret: String,
}

impl Credentials {
    /// The credentials in `key` of a secret, if they are complete.
    pub(super) fn of(value: &SecretValue, key: &str) -> Option<Self> {
        let text = |name: &str| {
            let text = value.reveal().get(key)?.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        Some(Self { client_id: text("client_id")?, client_secret: text("client_secret")? })
    }

    /// Whether the details of a provider show other credentials. What they do not show is not a
    /// difference.
    pub(super) fn differ_from(&self, details: &HashMap<String, String>) -> bool {
        let differs = |name, ours: &String| details.get(name).is_some_and(|found| found != ours);
        differs("client_id", &self.client_id) || differs("client_secret", &self.client_secret)
    }

    /// Adds them to the details of a request.
    pub(super) fn fill(&self, details: &mut HashMap<String, String>) {
        details.insert("client_id".into(), self.client_id.clone());
        details.insert("client_secret".into(), self.client_secret.clone());
    }

    /// Removes them from Cognito's message, which quotes what it refuses.
    pub(super) fn scrub(&self, error: CloudError) -> CloudError {
        error.without(&self.client_secret)
    }
}

impl Aws {
    /// The credentials in the secret that a spec names.
    pub(super) async fn credentials_of(&self, spec: &IdentityProvider) -> CloudResult<Credentials> {
        let key = &spec.credentials_key;
        let value = self.secret_value(spec.credentials.as_str()).await?;
        value.and_then(|value| Credentials::of(&value, key)).ok_or_else(|| {
            refused::<GetSecretValueError>(format!(
                "the secret has no `client_id` and `client_secret` in `{key}`"
            ))
        })
    }

    /// The contents of the secret with the credentials of the desired providers, read once in a
    /// pass. There is one secret, whose ARN may not be known yet.
    pub(super) async fn all_credentials(
        &self,
        scope: &Scope<IdentityProvider>,
    ) -> CloudResult<Arc<Option<SecretValue>>> {
        let Some((_, spec)) = scope.wanted.first() else { return Ok(Arc::default()) };
        let named = format!("{}-oauth-credentials", self.stack.prefix());
        let secret = if spec.credentials.is_known() { spec.credentials.as_str() } else { &named };
        scope.pass.once("provider credentials", || self.secret_value(secret)).await
    }
}
