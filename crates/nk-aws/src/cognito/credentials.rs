//! An identity provider's credentials, which live in a secret and pass through here only.

use std::collections::HashMap;

use nk_engine::{CloudError, CloudResult};
use nk_kinds::cognito::IdentityProvider;

use crate::{Aws, rim::Refused};

const OPERATION: &str = "secretsmanager:GetSecretValue";

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
    pub(super) async fn provider_credentials(
        &self,
        spec: &IdentityProvider,
    ) -> CloudResult<Credentials> {
        let call = self.secrets.get_secret_value().secret_id(spec.credentials.as_str());
        let answer = call.send().await.refused(OPERATION)?;
        // The parser's own words would quote the value.
        let value: serde_json::Value =
            serde_json::from_str(answer.secret_string.as_deref().unwrap_or_default())
                .map_err(|_| CloudError::garbled(OPERATION, &"the secret is not JSON"))?;
        let key = &spec.credentials_key;
        let text = |name: &str| {
            let text = value.get(key)?.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        match (text("client_id"), text("client_secret")) {
            (Some(client_id), Some(client_secret)) => Ok(Credentials { client_id, client_secret }),
            _ => Err(CloudError::refused(
                OPERATION,
                format!("the secret holds no `client_id` and `client_secret` below `{key}`"),
            )),
        }
    }
}
