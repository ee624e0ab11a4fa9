//! What whoever answers for AWS does not tell, and so cannot be compared.

use std::collections::BTreeSet;

use crate::{Change, Json, difference};

/// The fields of specs that an emulator does not give back as they were set. Of AWS itself there
/// are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unseen(BTreeSet<(String, String)>);

impl Unseen {
    /// These fields, each by its kind and its path with dots.
    pub fn new(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// The fields in order, by kind and path.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(kind, field)| (kind.as_str(), field.as_str()))
    }

    /// What differs between two specs of a kind, as far as it can be seen.
    pub fn difference(&self, kind: &str, live: &Json, desired: &Json) -> Vec<Change> {
        let mut changes = difference(live, desired);
        changes.retain(|change| !self.hides(kind, &change.path));
        changes
    }

    /// Whether a path of this kind is one of the fields, or lies in one.
    fn hides(&self, kind: &str, path: &str) -> bool {
        self.fields().filter(|(hidden, _)| *hidden == kind).any(|(_, field)| {
            path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn exactly_the_fields_named_are_not_compared() {
        let unseen = Unseen::new([("a".to_owned(), "x".to_owned()), ("a".into(), "y.in".into())]);
        let desired = json!({"x": {"in": 1}, "xx": 1, "y": {"in": 1, "out": 1}});
        let live = json!({"x": {"in": 2}, "xx": 2, "y": {"in": 2, "out": 2}});
        let paths = |kind: &str, live| -> Vec<_> {
            unseen.difference(kind, live, &desired).into_iter().map(|one| one.path).collect()
        };
        assert_eq!(paths("a", &live), ["xx", "y.out"]);
        assert_eq!(paths("b", &live), ["x.in", "xx", "y.in", "y.out"]);
        // What holds a field is more than the field.
        assert_eq!(paths("a", &json!({"x": 1, "xx": 1, "y": null})), ["y"]);
    }
}
