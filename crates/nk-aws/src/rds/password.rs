//! The master user's password.

use nk_engine::{CloudError, CloudResult};
use serde_json::Value;

use crate::Aws;

impl Aws {
    /// The password that a secret holds under the key `password`.
    ///
    /// No error shows anything of what the secret holds.
    pub(super) async fn master_password(&self, secret: &str) -> CloudResult<String> {
        let operation = "secretsmanager:GetSecretValue";
        let Some(value) = self.secret_value(secret).await? else {
            let missing = CloudError::refused(operation, format!("there is no secret `{secret}`"));
            return Err(CloudError { code: Some("ResourceNotFoundException".into()), ..missing });
        };
        let password = value.reveal().get("password").and_then(Value::as_str);
        password.filter(|password| !password.is_empty()).map(str::to_owned).ok_or_else(|| {
            CloudError::refused(operation, format!("`{secret}` holds no `password`"))
        })
    }
}
