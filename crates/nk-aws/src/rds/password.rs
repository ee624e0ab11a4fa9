//! The master user's password.

use nk_engine::{CloudError, CloudResult};
use serde_json::Value;

use crate::{Aws, rim::Refused};

const OPERATION: &str = "secretsmanager:GetSecretValue";

impl Aws {
    /// The password that a secret holds under the key `password`.
    ///
    /// No error shows anything of what the secret holds.
    pub(super) async fn master_password(&self, secret: &str) -> CloudResult<String> {
        let call = self.secrets.get_secret_value().secret_id(secret).send().await;
        let value = call.refused(OPERATION)?.secret_string.unwrap_or_default();
        let password = serde_json::from_str::<Value>(&value)
            .ok()
            .and_then(|value| value.get("password")?.as_str().map(str::to_owned));
        password.filter(|password| !password.is_empty()).ok_or_else(|| {
            CloudError::refused(OPERATION, format!("`{secret}` holds no `password`"))
        })
    }
}
