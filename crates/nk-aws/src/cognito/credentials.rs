//! An identity provider's credentials, which live in a secret and pass through here only.

use std::collections::HashMap;

use nk_engine::{CloudError, CloudResult};
use nk_kinds::cognito::IdentityProvider;

use crate::Aws;

/// What a provider knows the application by. It has no `Debug`: nothing may show it.
pub(super) struct Credentials {
    client_id: String,
    client_secret: String,
}

impl Credentials {
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
        let text = |name: &str| {
            let text = value.as_ref()?.reveal().get(key)?.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        match (text("client_id"), text("client_secret")) {
            (Some(client_id), Some(client_secret)) => Ok(Credentials { client_id, client_secret }),
            _ => Err(CloudError::refused(
                "secretsmanager:GetSecretValue",
                format!("the secret holds no `client_id` and `client_secret` below `{key}`"),
            )),
        }
    }
}
