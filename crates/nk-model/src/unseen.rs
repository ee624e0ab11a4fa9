//! What whoever answers for AWS does not tell, and so cannot be compared.

use std::collections::BTreeSet;

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

    /// Whether a path of this kind is one of the fields, or lies in one.
    pub(crate) fn hides(&self, kind: &str, path: &str) -> bool {
        self.fields().filter(|(hidden, _)| *hidden == kind).any(|(_, field)| {
            path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_fields_named_are_not_compared() {
        let unseen = Unseen::new([("a".to_owned(), "x".to_owned()), ("a".into(), "y.in".into())]);
        let hidden = |kind: &str, paths: &[&str]| -> Vec<bool> {
            paths.iter().map(|path| unseen.hides(kind, path)).collect()
        };
        let paths = ["x", "x.in", "xx", "y.in", "y.in.deep", "y.out"];
        assert_eq!(hidden("a", &paths), [true, true, false, true, true, false]);
        assert_eq!(hidden("b", &paths), [false; 6]);
        // What holds a field is more than the field.
        assert_eq!(hidden("a", &["y"]), [false]);
    }
}
