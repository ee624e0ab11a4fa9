//! `nk secrets`: reading and writing what a stack's secrets hold.

use std::fs;

use nk_engine::{Provider, SecretValue};
use nk_kinds::secretsmanager::Secret;
use nk_model::Address;
use serde_json::{Map, Value};

use crate::{
    arguments::{Global, SecretsCommand},
    errors::Error,
    exit::Exit,
    output::Output,
    prompt,
    session::Session,
};

/// Reads or writes one secret.
pub(crate) async fn secrets<P: Provider>(
    global: &Global,
    command: &SecretsCommand,
) -> Result<Exit, Error> {
    let session = Session::<P>::begin(global).await?;
    match command {
        SecretsCommand::Get { name, key } => {
            let physical = physical_name(&session, name)?;
            let value = read(&session, &physical).await?;
            let found = match key {
                Some(key) => key.split('.').try_fold(value.reveal(), |at, part| at.get(part)),
                None => Some(value.reveal()),
            };
            let found = found.ok_or_else(|| Error::NoSuchKey {
                secret: physical.clone(),
                key: key.clone().unwrap_or_default(),
            })?;
            Output::new(global).data(&match found {
                Value::String(text) => text.clone(),
                other => format!("{other:#}"),
            });
        }
        SecretsCommand::Set { name, key, from_file } => {
            let physical = physical_name(&session, name)?;
            // Asked for before anything is read, so that a mistake costs no call.
            let text = match from_file {
                Some(path) => fs::read_to_string(path)
                    .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                    .map_err(|error| Error::SecretInput(format!("{}: {error}", path.display())))?,
                None => prompt::secret(&format!("{physical} {key}"))?,
            };
            let mut value = read(&session, &physical).await?.reveal().clone();
            set(&mut value, key, text);
            let written = session.cloud.set_secret(&physical, &SecretValue::new(value)).await;
            written.map_err(|error| Error::Cloud(vec![error]))?;
            Output::new(global).line(&format!("set `{key}` in {physical}"));
        }
    }
    Ok(Exit::Done)
}

/// What AWS calls the secret called `name` in the stack file.
fn physical_name<P>(session: &Session<P>, name: &str) -> Result<String, Error> {
    let known =
        || session.desired.of_kind("secret").into_iter().map(|(one, _)| one.name().to_owned());
    let found = session.desired.resources.get(&Address::new("secret", name));
    let spec = found.and_then(|found| serde_json::from_value::<Secret>(found.spec.clone()).ok());
    spec.map(|spec| spec.name)
        .ok_or_else(|| Error::NoSuchSecret { name: name.to_owned(), known: known().collect() })
}

async fn read<P: Provider>(session: &Session<P>, physical: &str) -> Result<SecretValue, Error> {
    let value = session.cloud.secret(physical).await.map_err(|error| Error::Cloud(vec![error]))?;
    value.ok_or_else(|| Error::SecretMissing(physical.to_owned()))
}

/// Sets the value at a dotted key, with objects made where there are none.
fn set(value: &mut Value, key: &str, text: String) {
    let mut at = value;
    for part in key.split('.') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[part];
    }
    *at = Value::String(text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_dotted_key_leaves_the_rest_alone() {
        let mut value = json!({"google": {"client_id": "a"}, "x": 1});
        set(&mut value, "google.client_secret", "b".into());
        set(&mut value, "x.y", "c".into());
        let expected = json!({"google": {"client_id": "a", "client_secret": "b"}, "x": {"y": "c"}});
        assert_eq!(value, expected);
    }
}
