//! The master user's password.

use nk_engine::{CloudError, CloudResult};

use crate::Aws;

impl Aws {
    /// The password that a secret holds under the key `password`.
    ///
    /// No error shows anything of what the secret holds.
    pub(super) async fn master_password(&self, secret: &str) -> CloudResult<String> {
        let value = self.secret_value(secret).await?;
        let password = value.as_ref().and_then(|value| value.reveal().get("password")?.as_str());
        password.filter(|password| !password.is_empty()).map(str::to_owned).ok_or_else(|| {
            let operation = "secretsmanager:GetSecretValue";
            CloudError::refused(operation, format!("`{secret}` holds no `password`"))
        })
    }
}
