//! JSON that AWS stores as text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// A JSON document that is compared by value: spacing and the order of keys have no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document(Value);

impl Document {
    /// A document with this content.
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// Reads the text that AWS stores.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// The content.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Self::parse(&text).map_err(de::Error::custom),
            value => Ok(Self(value)),
        }
    }
}
