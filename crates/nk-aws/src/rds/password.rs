//! The password of the master user.

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use nk_engine::{CloudError, CloudResult};
use serde_json::Value;

use crate::{Aws, sdk_error::refused};

impl Aws {
    /// The password in the key `password` of a secret.
    ///
    /// No error shows anything of the secret's value.
    pub(super) async fn master_password(&self, secret: &str) -> CloudResult<String> {
        let refused = refused::<GetSecretValueError>;
        let Some(value) = self.secret_value(secret).await? else {
            let missing = refused(format!("there is no secret `{secret}`"));
            return Err(CloudError { code: Some("ResourceNotFoundException".into()), ..missing });
        };
        let password = value.reveal().get("password").and_then(Value::as_str);
        let password = password.filter(|password| !password.is_empty()).map(str::to_owned);
        password.ok_or_else(|| refused(format!("`{secret}` has no `password`")))
    }
}
