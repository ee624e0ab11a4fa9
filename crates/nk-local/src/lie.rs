//! What an emulator does not store, or stores differently from AWS, with the reason.

use serde::Deserialize;

/// A field that an emulator does not return as it was set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lie {
    /// The name of the emulator, such as `moto`.
    pub emulator: String,
    /// The kind, such as `db-instance`.
    pub kind: String,
    /// The field of its spec, as a path with dots.
    pub field: String,
    /// What the emulator does instead.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lies {
    lie: Vec<Lie>,
}

/// All known faults.
///
/// # Panics
///
/// If the list, which is part of the program, is not valid TOML; a test checks it.
pub fn lies() -> Vec<Lie> {
    let table: Lies = toml::from_str(include_str!("../../../localstack/lies.toml"))
        .expect("the list of lies is a list of lies");
    table.lie
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Product;

    #[test]
    fn every_lie_is_of_an_emulator_and_a_kind_there_are_and_told_once() {
        let mut seen = std::collections::BTreeSet::new();
        for lie in lies() {
            assert!(Product::all().iter().any(|product| product.name == lie.emulator), "{lie:?}");
            assert!(nk_kinds::kind(&lie.kind).is_some(), "{lie:?}");
            assert!(!lie.reason.is_empty(), "{lie:?}");
            assert!(seen.insert((lie.emulator, lie.kind, lie.field)), "a lie is listed twice");
        }
    }
}
