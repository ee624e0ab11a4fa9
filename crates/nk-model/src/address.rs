//! The place of a resource in a stack, and the stack itself.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The name of one resource in a stack: its kind, a dot and its own name (`subnet.public-1`).
///
/// People read and write addresses. At AWS, a resource is identified by the tags `nk:stack` and
/// `nk:address` together, never by its address alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    text: Arc<str>,
    kind: usize,
}

/// The reason why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an address; an address is a kind, a dot and a name of letters, digits and \
     hyphens, such as `vpc.main`"
)]
pub struct AddressError(String);

impl Address {
    /// The address of the resource `name` of a kind.
    ///
    /// For names that the program itself chose or has checked; text from outside must be parsed.
    pub fn new(kind: &str, name: &str) -> Self {
        Self { text: format!("{kind}.{name}").into(), kind: kind.len() }
    }

    /// The kind, such as `subnet`.
    pub fn kind(&self) -> &str {
        &self.text[..self.kind]
    }

    /// The name within the kind, such as `public-1`.
    pub fn name(&self) -> &str {
        &self.text[self.kind + 1..]
    }

    /// The whole address, such as `subnet.public-1`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let word = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        match text.split_once('.') {
            Some((kind, name)) if word(kind) && word(name) => Ok(Self::new(kind, name)),
            _ => Err(AddressError(text.to_owned())),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// One stack in one environment: the unit that is planned, locked, applied and destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StackId {
    /// The project as the stack file spells it, such as `neuraKnot`.
    pub project: String,
    /// The environment, such as `dev`.
    pub environment: String,
}

impl StackId {
    /// The beginning of every name at AWS, and the value of the tag `nk:stack`: `neuraKnot-dev`.
    pub fn prefix(&self) -> String {
        format!("{}-{}", self.project, self.environment)
    }

    /// The SSM parameter that holds the lock of this stack.
    pub fn lock_name(&self) -> String {
        format!("/nk/{}/{}/lock", self.project, self.environment)
    }
}

impl fmt::Display for StackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.project, self.environment)
    }
}
