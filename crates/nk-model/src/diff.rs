//! The difference between two specs of one kind, found by walking over their JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Json;

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The field, with dots between the levels.
    pub path: String,
    /// The live value; null if there is none.
    pub from: Json,
    /// The desired value; null if there is none.
    pub to: Json,
}

impl Change {
    /// The top-level field that this change is in.
    pub fn field(&self) -> &str {
        self.path.split('.').next().unwrap_or(&self.path)
    }

    /// Whether it gives a value to a top-level field that has none. A field that AWS fixes once it
    /// has a value can still get its first one. A new key within a field is a change of the field.
    pub fn fills(&self) -> bool {
        self.from.is_null() && self.path == self.field()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {} -> {}", self.path, self.from, self.to)
    }
}

/// What reconcilers ask about the changes that they get.
pub trait Changes {
    /// Whether anything in this top-level field differs.
    fn touch(&self, field: &str) -> bool;
}

impl Changes for [Change] {
    fn touch(&self, field: &str) -> bool {
        self.iter().any(|change| change.field() == field)
    }
}

/// The differences between `live` and `desired`.
///
/// Both have the same type and therefore the same fields. Null on the desired side means *left to
/// AWS* and is not compared. A key that only the live side has (in a map, or in another case of an
/// enum) is one to remove. Lists are compared as a whole; their types decide their order.
pub fn difference(live: &Json, desired: &Json) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(String::new(), live, desired, &mut changes);
    changes
}

fn walk(path: String, live: &Json, desired: &Json, changes: &mut Vec<Change>) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (live, desired) {
        (_, Json::Null) => {}
        (Json::Object(live), Json::Object(desired)) => {
            for (name, desired) in desired {
                walk(below(name), live.get(name).unwrap_or(&Json::Null), desired, changes);
            }
            for (name, live) in live.iter().filter(|(name, _)| !desired.contains_key(*name)) {
                changes.push(Change { path: below(name), from: live.clone(), to: Json::Null });
            }
        }
        (live, desired) if same(live, desired) => {}
        (live, desired) => changes.push(Change { path, from: live.clone(), to: desired.clone() }),
    }
}

/// Equality in which `80` equals `80.0`.
fn same(live: &Json, desired: &Json) -> bool {
    match (live, desired) {
        (Json::Number(live), Json::Number(desired)) => live.as_f64() == desired.as_f64(),
        _ => live == desired,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_left_to_aws_and_a_missing_key_is_to_go() {
        let live = json!({"a": 1, "b": {"x": 1, "y": 2}, "c": [1, 2]});
        let desired = json!({"a": null, "b": {"x": 3}, "c": [1, 2]});
        let paths: Vec<_> =
            difference(&live, &desired).into_iter().map(|change| change.path).collect();
        assert_eq!(paths, ["b.x", "b.y"]);
    }

    #[test]
    fn only_a_field_without_any_value_is_filled() {
        let live = json!({"a": null, "b": {"x": 1}});
        let desired = json!({"a": 1, "b": {"x": 1, "y": 2}});
        let fills: Vec<_> = difference(&live, &desired).iter().map(Change::fills).collect();
        assert_eq!(fills, [true, false]);
    }

    #[test]
    fn a_value_against_nothing_is_a_change() {
        let changes = difference(&json!({"a": null}), &json!({"a": {"x": 1}}));
        assert_eq!(changes, [Change { path: "a".into(), from: Json::Null, to: json!({"x": 1}) }]);
    }
}
