//! An identity provider's credentials, which live in a secret and pass through here only.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use nk_engine::{CloudError, CloudResult, Scope, SecretValue};
use nk_kinds::cognito::IdentityProvider;
use nk_model::{Placeholder, placeholders};

use crate::{Aws, sdk_error::refused};

/// What a provider knows the application by. It has no `Debug`: nothing may show it.
pub(super) struct Credentials {
    client_id: String,
    client_secret: String,
}

impl Credentials {
    /// Those that a secret holds below `key`, if they are complete.
    pub(super) fn of(value: &SecretValue, key: &str) -> Option<Self> {
        let text = |name: &str| {
            let text = value.reveal().get(key)?.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        Some(Self { client_id: text("client_id")?, client_secret: text("client_secret")? })
    }

    /// Whether the details of a provider show others. What they do not show is no difference.
    pub(super) fn differ_from(&self, details: &HashMap<String, String>) -> bool {
        let differs = |name, ours: &String| details.get(name).is_some_and(|found| found != ours);
        differs("client_id", &self.client_id) || differs("client_secret", &self.client_secret)
    }

    /// Puts them into the details of a request.
    pub(super) fn fill(&self, details: &mut HashMap<String, String>) {
        details.insert("client_id".into(), self.client_id.clone());
        details.insert("client_secret".into(), self.client_secret.clone());
    }

    /// Takes them out of what Cognito says: it quotes what it declines.
    pub(super) fn scrub(&self, error: CloudError) -> CloudError {
        error.without(&self.client_secret)
    }
}

impl Aws {
    /// The credentials that the secret of a spec holds for it.
    pub(super) async fn credentials_of(&self, spec: &IdentityProvider) -> CloudResult<Credentials> {
        let key = &spec.credentials_key;
        let value = self.secret_value(spec.credentials.as_str()).await?;
        value.and_then(|value| Credentials::of(&value, key)).ok_or_else(|| {
            refused::<GetSecretValueError>(format!(
                "the secret holds no `client_id` and `client_secret` below `{key}`"
            ))
        })
    }

    /// What the secret holds that the wanted providers get their credentials from, read once a
    /// pass. There is one, and it may not be known by its ARN yet.
    pub(super) async fn all_credentials(
        &self,
        scope: &Scope<IdentityProvider>,
    ) -> CloudResult<Arc<Option<SecretValue>>> {
        let Some((_, spec)) = scope.wanted.first() else { return Ok(Arc::default()) };
        let asked = placeholders(spec.credentials.as_str()).unwrap_or_default();
        let named =
            |one: &Placeholder| scope.names.of_kind(one.address.kind()).called(one.address.name());
        let secret = asked.first().and_then(named).unwrap_or(spec.credentials.as_str());
        scope.pass.once("provider credentials", || self.secret_value(secret)).await
    }
}
