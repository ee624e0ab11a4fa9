//! IAM policy documents, compared by their meaning.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value, json};

/// An IAM policy document in its canonical form.
///
/// AWS accepts several spellings of one policy and returns yet another: a single statement or a
/// list, a text or a list with one text, any order, account ids for account principals,
/// `2008-10-17` if no version is given. See
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument(Value);

impl PolicyDocument {
    /// The policy that this JSON means.
    pub fn new(value: &Value) -> Result<Self, String> {
        canonical(value).map(Self)
    }

    /// A policy with one statement that allows `actions` on `resources`.
    pub fn allow<'a>(actions: impl IntoIterator<Item = &'a str>, resources: &[String]) -> Self {
        let actions: Vec<_> = actions.into_iter().collect();
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
        Self::new(&json!({"Version": "2012-10-17", "Statement": [statement]})).expect("a policy")
    }

    /// A trust policy that lets an AWS service assume the role.
    pub fn trust(service: &str) -> Self {
        let statement = json!({
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": service},
        });
        Self::new(&json!({"Version": "2012-10-17", "Statement": [statement]})).expect("a policy")
    }

    /// Reads the text that AWS stores, which IAM returns percent-encoded.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Self::new(&value)
    }
}

impl fmt::Display for PolicyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for PolicyDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Self::parse(&text),
            value => Self::new(&value),
        }
        .map_err(de::Error::custom)
    }
}

fn canonical(value: &Value) -> Result<Value, String> {
    let document = value.as_object().ok_or("a policy document is a JSON object")?;
    let mut done = Map::new();
    done.insert("Version".into(), document.get("Version").cloned().unwrap_or("2008-10-17".into()));
    if let Some(id) = document.get("Id") {
        done.insert("Id".into(), id.clone());
    }
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement) => vec![statement],
        None => return Err("a policy document has a `Statement`".into()),
    };
    let mut statements = statements.into_iter().map(statement).collect::<Result<Vec<_>, _>>()?;
    statements.sort_by_cached_key(Value::to_string);
    done.insert("Statement".into(), statements.into());
    Ok(done.into())
}

fn statement(value: &Value) -> Result<Value, String> {
    let fields = value.as_object().ok_or("a statement is a JSON object")?;
    let mut done = Map::new();
    for (name, field) in fields {
        let field = match name.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => set(field, str::to_owned),
            "Principal" | "NotPrincipal" => principal(field),
            "Condition" => condition(field)?,
            _ => field.clone(),
        };
        done.insert(name.clone(), field);
    }
    Ok(done.into())
}

/// A text or a list of texts as a sorted list without duplicates.
fn set(value: &Value, spell: impl Fn(&str) -> String) -> Value {
    let items = match value {
        Value::Array(items) => items.iter().collect(),
        item => vec![item],
    };
    let mut texts: Vec<_> = items
        .into_iter()
        .map(|item| match item {
            Value::String(text) => spell(text),
            other => other.to_string(),
        })
        .collect();
    texts.sort();
    texts.dedup();
    texts.into()
}

fn principal(value: &Value) -> Value {
    let account = |text: &str| {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("arn:aws:iam::{text}:root")
        } else {
            text.to_owned()
        }
    };
    match value {
        Value::Object(types) => {
            types.iter().map(|(name, who)| (name.clone(), set(who, account))).collect()
        }
        Value::String(text) if text == "*" => json!({"AWS": ["*"]}),
        other => other.clone(),
    }
}

fn condition(value: &Value) -> Result<Value, String> {
    let operators = value.as_object().ok_or("a `Condition` is a JSON object")?;
    let mut done = BTreeMap::new();
    for (operator, keys) in operators {
        let keys = keys.as_object().ok_or("a condition operator holds a JSON object")?;
        let keys: Map<_, _> =
            keys.iter().map(|(key, value)| (key.clone(), set(value, str::to_owned))).collect();
        done.insert(operator.clone(), Value::from(keys));
    }
    Ok(done.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_policy_are_equal() {
        let one = json!({"Statement": {
            "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
            "Principal": {"AWS": "123456789012"},
            "Condition": {"Bool": {"aws:SecureTransport": true}},
        }});
        let other = json!({"Version": "2008-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"],
            "Principal": {"AWS": ["arn:aws:iam::123456789012:root"]},
            "Condition": {"Bool": {"aws:SecureTransport": ["true"]}},
        }]});
        assert_eq!(PolicyDocument::new(&one), PolicyDocument::new(&other));
    }

    #[test]
    fn canonical_form_is_a_fixed_point() {
        let policy = PolicyDocument::allow(["b:B", "a:A"], &["z".into(), "y".into()]);
        assert_eq!(PolicyDocument::new(&policy.0), Ok(policy.clone()));
        assert_eq!(PolicyDocument::parse(&policy.to_string()), Ok(policy));
    }

    #[test]
    fn a_number_is_read_as_it_was_written() {
        let text = r#"{"Statement": {"Condition": {"A": {"b": 111.288888888888888888222222}}}}"#;
        let policy = PolicyDocument::parse(text).unwrap();
        assert_eq!(PolicyDocument::parse(&policy.to_string()), Ok(policy));
    }

    #[test]
    fn an_effect_is_a_difference() {
        let allow = json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
        let deny = json!({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
        assert_ne!(PolicyDocument::new(&allow), PolicyDocument::new(&deny));
    }

    #[test]
    fn nonsense_is_refused() {
        for value in [
            json!(1),
            json!({}),
            json!({"Statement": [1]}),
            json!({"Statement": [{"Condition": 1}]}),
        ] {
            assert!(PolicyDocument::new(&value).is_err(), "{value}");
        }
    }
}
