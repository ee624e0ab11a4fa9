//! What cannot be compared because an emulator does not report it.

use std::collections::BTreeSet;

/// The fields of specs that an emulator does not return as they were set. AWS itself has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unseen(BTreeSet<(String, String)>);

impl Unseen {
    /// These fields, each as a kind and a path with dots.
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
        // A field that contains one of them is compared.
        assert_eq!(hidden("a", &["y"]), [false]);
    }
}
