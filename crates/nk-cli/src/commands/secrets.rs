//! `nk secrets`: reads and sets the stack's secrets.

use std::fs;

use nk_engine::{Provider, SecretValue};
use nk_kinds::secretsmanager::{Content, Secret};
use nk_model::Address;
use serde_json::{Map, Value, json};

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
            let physical = secret(&session, name)?.name;
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
                Value::String(text) if !global.json => text.clone(),
                other => format!("{other:#}"),
            });
        }
        SecretsCommand::Set { name, key, from_file } => {
            let Secret { name: physical, content, .. } = secret(&session, name)?;
            if content == Content::Password {
                return Err(Error::SecretOfDatabase(physical));
            }
            // Asked for before anything is read, so that a mistake costs no call.
            let text = match from_file {
                Some(path) => fs::read_to_string(path)
                    .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                    .map_err(|error| Error::SecretInput(format!("{}: {error}", path.display())))?,
                None => prompt::secret(&format!("{physical} {key}"))?,
            };
            if text.is_empty() {
                return Err(Error::SecretInput("the value is empty".to_owned()));
            }
            let mut value = read(&session, &physical).await?.reveal().clone();
            set(&mut value, key, text).map_err(|why| Error::SecretShape {
                secret: physical.clone(),
                key: key.clone(),
                why,
            })?;
            session.cloud.set_secret(&physical, &SecretValue::new(value)).await?;
            let document = json!({"secret": physical, "set": key});
            Output::new(global).done(&format!("set `{key}` in {physical}"), &document);
        }
    }
    Ok(Exit::Done)
}

/// The secret called `name` in the stack file.
fn secret<P: Provider>(session: &Session<P>, name: &str) -> Result<Secret, Error> {
    let desired = session.desired();
    let known = || desired.of_kind("secret").into_iter().map(|(one, _)| one.name().to_owned());
    let found = desired.resources.get(&Address::new("secret", name));
    found
        .and_then(|found| serde_json::from_value::<Secret>(found.spec.clone()).ok())
        .ok_or_else(|| Error::NoSuchSecret { name: name.to_owned(), known: known().collect() })
}

async fn read<P: Provider>(session: &Session<P>, physical: &str) -> Result<SecretValue, Error> {
    let value = session.cloud.secret(physical).await?;
    value.ok_or_else(|| Error::SecretMissing(physical.to_owned()))
}

/// Sets the text at a dotted key, and creates objects where there is nothing. Everything else in
/// the secret stays: a text does not become an object, nor an object a text, and the error says
/// which it is.
fn set(value: &mut Value, key: &str, text: String) -> Result<(), String> {
    let mut at = value;
    let mut path = Vec::new();
    for part in key.split('.') {
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        if !at.is_object() {
            return Err(if path.is_empty() {
                "it has no keys".to_owned()
            } else {
                format!("`{}` is a value, not a table", path.join("."))
            });
        }
        path.push(part);
        at = &mut at[part];
    }
    if at.is_object() || at.is_array() {
        return Err("it contains other keys".to_owned());
    }
    *at = Value::String(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dotted_key_leaves_the_rest_alone() {
        let mut value = json!({"google": {"client_id": "a"}, "x": null});
        set(&mut value, "google.client_secret", "b".into()).unwrap();
        set(&mut value, "google.client_id", "new".into()).unwrap();
        set(&mut value, "x.y", "c".into()).unwrap();
        let expected =
            json!({"google": {"client_id": "new", "client_secret": "b"}, "x": {"y": "c"}});
        assert_eq!(value, expected);
    }

    #[test]
    fn what_a_secret_holds_is_not_overwritten_by_another_shape() {
        for (held, key, why) in [
            (
                json!({"google": {"client_id": "live"}}),
                "google.client_id.x",
                "`google.client_id` is a value",
            ),
            (json!({"google": {"client_id": "live"}}), "google", "it contains other keys"),
            (json!({"keys": ["live"]}), "keys", "it contains other keys"),
            (json!("live"), "password", "it has no keys"),
        ] {
            let mut value = held.clone();
            assert_eq!(set(&mut value, key, "new".into()), Err(why.to_owned()), "{key}");
            assert_eq!(value, held);
        }
    }
}
