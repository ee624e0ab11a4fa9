//! References from one resource to an output of another: `@{vpc.main.id}`.
//!
//! There is one form and no expression language. A reference may be the whole value (a typed
//! [`Ref`], a relation that AWS knows) or part of a text (which is only text to AWS).

mod collect;

use std::{cmp, fmt, hash, marker::PhantomData};

pub use collect::{Binding, bindings};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Address, Json};

/// An output that AWS assigns to resources of one kind, such as the id of a VPC.
pub trait Output: 'static {
    /// The kind that has this output.
    const KIND: &'static str;
    /// The name of the output, as it stands in a reference and in the kind's outputs.
    const NAME: &'static str;
    /// `KIND` and `NAME` after an `@`, by which a serializer recognises a typed reference.
    const TYPE: &'static str;
}

/// A reference to an output: a placeholder at first, and the value itself once it is known.
///
/// `Ref<VpcId>` can only be filled by the kind whose output is `VpcId`.
pub struct Ref<T> {
    text: String,
    output: PhantomData<fn() -> T>,
}

impl<T: Output> Ref<T> {
    /// The placeholder for this output of the resource called `name`.
    pub fn to(name: &str) -> Self {
        Self::known(format!("@{{{}.{}.{}}}", T::KIND, name, T::NAME))
    }

    /// The value that AWS assigned.
    pub fn known(text: impl Into<String>) -> Self {
        Self { text: text.into(), output: PhantomData }
    }

    /// The value, or the placeholder if it is not known yet.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is a value rather than a placeholder.
    pub fn is_known(&self) -> bool {
        !self.text.starts_with("@{")
    }
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), output: PhantomData }
    }
}

impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Ref<T> {}

impl<T> PartialOrd for Ref<T> {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Ref<T> {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<T> hash::Hash for Ref<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> fmt::Display for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T: Output> Serialize for Ref<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(T::TYPE, &self.text)
    }
}

impl<'de, T: Output> Deserialize<'de> for Ref<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let found = placeholders(&text).map_err(de::Error::custom)?;
        match found.first() {
            Some(found) if found.address.kind() != T::KIND || found.output != T::NAME => {
                Err(de::Error::custom(format!(
                    "`{found}` is not allowed here; expected the `{}` of a `{}`",
                    T::NAME,
                    T::KIND
                )))
            }
            _ => Ok(Self::known(text)),
        }
    }
}

/// One `@{kind.name.output}` in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placeholder {
    /// The resource referred to.
    pub address: Address,
    /// The output of the resource.
    pub output: String,
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{{{}.{}}}", self.address, self.output)
    }
}

/// The reason why a text is not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// `@{` without `}`.
    #[error("`{0}` contains `@{{` without a closing brace")]
    Open(String),
    /// The text between the braces is not `kind.name.output`.
    #[error("`@{{{0}}}` is not a reference; a reference has the form `@{{kind.name.output}}`")]
    Form(String),
}

/// The placeholders in a text, in order.
pub fn placeholders(text: &str) -> Result<Vec<Placeholder>, ReferenceError> {
    let mut found = Vec::new();
    walk(text, |part| {
        if let Part::Placeholder(placeholder) = part {
            found.push(placeholder);
        }
    })?;
    Ok(found)
}

/// The text with every placeholder replaced for which `value` returns something.
pub fn substitute(
    text: &str,
    mut value: impl FnMut(&Placeholder) -> Option<String>,
) -> Result<String, ReferenceError> {
    let mut done = String::with_capacity(text.len());
    walk(text, |part| match part {
        Part::Text(text) => done.push_str(text),
        Part::Placeholder(placeholder) => match value(&placeholder) {
            Some(value) => done.push_str(&value),
            None => done.push_str(&placeholder.to_string()),
        },
    })?;
    Ok(done)
}

enum Part<'a> {
    Text(&'a str),
    Placeholder(Placeholder),
}

fn walk(text: &str, mut visit: impl FnMut(Part<'_>)) -> Result<(), ReferenceError> {
    let mut rest = text;
    while let Some(start) = rest.find("@{") {
        visit(Part::Text(&rest[..start]));
        let inner = &rest[start + 2..];
        let end = inner.find('}').ok_or_else(|| ReferenceError::Open(text.to_owned()))?;
        visit(Part::Placeholder(parse(&inner[..end])?));
        rest = &inner[end + 1..];
    }
    visit(Part::Text(rest));
    Ok(())
}

fn parse(inner: &str) -> Result<Placeholder, ReferenceError> {
    let form = || ReferenceError::Form(inner.to_owned());
    let (address, output) = inner.rsplit_once('.').ok_or_else(form)?;
    let word = !output.is_empty() && output.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !word {
        return Err(form());
    }
    Ok(Placeholder { address: address.parse().map_err(|_| form())?, output: output.to_owned() })
}

/// Every placeholder anywhere in a value.
///
/// Text that is not well-formed contains none; the reader of the stack file has rejected it before.
pub fn placeholders_in(value: &Json) -> Vec<Placeholder> {
    match value {
        Json::String(text) => placeholders(text).unwrap_or_default(),
        Json::Array(items) => items.iter().flat_map(placeholders_in).collect(),
        Json::Object(fields) => fields.values().flat_map(placeholders_in).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

/// The value with every placeholder replaced for which `value_of` returns something.
pub fn resolve(value: &Json, value_of: &mut impl FnMut(&Placeholder) -> Option<String>) -> Json {
    match value {
        Json::String(text) if text.contains("@{") => {
            Json::String(substitute(text, value_of).unwrap_or_else(|_| text.clone()))
        }
        Json::Array(items) => items.iter().map(|item| resolve(item, value_of)).collect(),
        Json::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), resolve(field, value_of))).collect()
        }
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
    }
}
