//! The contents of a request in any protocol: parameters by their paths.

use std::collections::BTreeMap;

use ciborium::Value;
use serde_json::Value as Json;

use crate::proxy::Call;

/// The parameters of a request by their paths, such as `Tags.0.Key` or
/// `TagSpecification.1.Tag.2.Key`.
#[derive(Debug, Default)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Those of a call.
    pub(super) fn of(call: &Call) -> Self {
        let mut found = BTreeMap::new();
        if let Ok(json) = serde_json::from_slice(&call.bytes) {
            flatten(&json, "", &mut found);
        } else if call.body.contains("Action=") {
            found.extend(call.body.split('&').filter_map(|pair| {
                let (key, value) = pair.split_once('=')?;
                Some((decoded(key), decoded(value)))
            }));
        } else if let Ok(value) = ciborium::from_reader(&call.bytes[..]) {
            flatten(&plain(value), "", &mut found);
        }
        Self(found)
    }

    /// A parameter by its path.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All parameters with this path, in which a part may be `*`.
    pub(super) fn all(&self, path: &str) -> Vec<&str> {
        let fits = |key: &str| {
            let (wanted, parts) = (path.split('.'), key.split('.'));
            path.split('.').count() == key.split('.').count()
                && wanted.zip(parts).all(|(wanted, part)| wanted == "*" || wanted == part)
        };
        self.0.iter().filter(|(key, _)| fits(key)).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether it sets tags.
    pub(super) fn tags(&self) -> bool {
        let inside = |key: &String| {
            let key = key.to_lowercase();
            key.contains("tags.") || key.contains("tag.")
        };
        self.0.keys().any(inside)
    }

    /// The value that it gives a tag.
    pub(super) fn tag(&self, name: &str) -> Option<&str> {
        let mapped = self.0.iter().find(|(key, _)| key.ends_with(&format!(".{name}")));
        if let Some((_, value)) = mapped {
            return Some(value);
        }
        let named = |(key, value): &(&String, &String)| {
            value.as_str() == name && key.to_lowercase().ends_with("key")
        };
        let (key, _) = self.0.iter().find(named)?;
        let stem = &key[..key.len() - "key".len()];
        self.get(&format!("{stem}Value")).or_else(|| self.get(&format!("{stem}value")))
    }
}

fn flatten(value: &Json, path: &str, found: &mut BTreeMap<String, String>) {
    let below =
        |part: &str| if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") };
    match value {
        Json::Object(fields) => {
            fields.iter().for_each(|(name, field)| flatten(field, &below(name), found));
        }
        Json::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered.for_each(|(number, item)| flatten(item, &below(&number.to_string()), found));
        }
        Json::String(text) => drop(found.insert(path.to_owned(), text.clone())),
        other => drop(found.insert(path.to_owned(), other.to_string())),
    }
}

fn plain(value: Value) -> Json {
    match value {
        Value::Text(text) => text.into(),
        Value::Bool(value) => value.into(),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Map(pairs) => pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key.into_text().ok()?, plain(value))))
            .collect(),
        _ => Json::Null,
    }
}

/// Text of a form, unescaped.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| digit.unwrap_or(b'0'));
                let digits = String::from_utf8_lossy(&digits).into_owned();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
