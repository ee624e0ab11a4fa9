//! Reads and writes the values of secrets.

use std::collections::BTreeSet;

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use nk_engine::{CloudError, CloudResult, SecretValue};
use serde_json::Value;

use crate::{
    Aws,
    sdk_error::{SdkResult, garbled},
    secretsmanager::{MISSING, retired},
    tags::managed,
};

impl Aws {
    /// The value of the secret with this name or ARN; none if there is no such secret, or if it is
    /// scheduled for deletion.
    ///
    /// # Errors
    ///
    /// If the call fails, or the value is not JSON.
    pub async fn secret_value(&self, secret: &str) -> CloudResult<Option<SecretValue>> {
        let call = self.secrets.get_secret_value().secret_id(secret).send().await;
        let answer = match call.accepting(MISSING) {
            Err(error) if retired(&error) => None,
            answer => answer?,
        };
        let Some(answer) = answer else { return Ok(None) };
        // The parser's own message is left out, because it could show parts of the value.
        let value = serde_json::from_str(answer.secret_string().unwrap_or_default());
        let value = value.map_err(|_| {
            garbled::<GetSecretValueError>(&format!("the value of `{secret}` is not JSON"))
        })?;
        Ok(Some(SecretValue::new(value)))
    }

    /// Sets the value of the secret with this name or ARN.
    ///
    /// # Errors
    ///
    /// If the call fails. The error shows nothing of the value.
    pub async fn put_secret_value(&self, secret: &str, value: &SecretValue) -> CloudResult<()> {
        let text = value.reveal().to_string();
        let call = self.secrets.put_secret_value().secret_id(secret).secret_string(&text);
        let answer = call.send().await.or_cloud_error();
        answer.map_err(|error| hide(error.without(&text), value.reveal())).map(drop)
    }

    /// The identity providers with complete credentials in this secret, named as its keys; for a
    /// secret that is scheduled for deletion, those in its tags.
    ///
    /// # Errors
    ///
    /// As for [`Self::secret_value`].
    pub async fn provider_credentials(&self, secret: &str) -> CloudResult<BTreeSet<String>> {
        if let Some(value) = self.secret_value(secret).await? {
            return Ok(complete(value.reveal()));
        }
        let call = self.secrets.describe_secret().secret_id(secret).send().await;
        let found = call.accepting(MISSING)?;
        Ok(found.map_or_else(BTreeSet::new, |found| managed(found.tags).held()))
    }
}

/// The error without any text of the value.
fn hide(error: CloudError, value: &Value) -> CloudError {
    match value {
        Value::String(text) => error.without(text),
        Value::Array(values) => values.iter().fold(error, hide),
        Value::Object(fields) => fields.values().fold(error, hide),
        Value::Null | Value::Bool(_) | Value::Number(_) => error,
    }
}

fn complete(value: &Value) -> BTreeSet<String> {
    let filled = |credentials: &Value, key| {
        credentials.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
    };
    let providers = value.as_object().into_iter().flatten();
    providers
        .filter(|(_, one)| filled(one, "client_id") && filled(one, "client_secret"))
        .map(|(provider, _)| provider.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_provider_credentials_count() {
        let value = json!({
            "google": {"client_id": "a", "client_secret": "b"},
            "line": {"client_id": "a", "client_secret": ""},
            "x": {"client_id": "a"},
            "note": "text",
        });
        assert_eq!(complete(&value), BTreeSet::from(["google".to_owned()]));
        assert_eq!(complete(&json!([])), BTreeSet::new());
    }

    #[test]
    fn an_error_shows_no_part_of_a_value() {
        let error = CloudError::refused("x", "`abc` is not allowed, nor `def`");
        let error = hide(error, &json!({"a": ["abc"], "b": {"c": "def"}}));
        assert_eq!(error.message, "`(secret)` is not allowed, nor `(secret)`");
    }
}
