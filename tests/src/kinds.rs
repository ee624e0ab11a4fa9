//! What the tests know about each kind: its file in `tests/kinds`, whose keys are explained in
//! `tests/kinds.py`.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock};

use serde::Deserialize;
use toml::Table;

/// The test data of a kind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "some keys are for the Python files and are only known here")]
pub struct KindData {
    example: String,
    /// The name of the list in `account.py` that contains the resources of this kind.
    pub listed: String,
    name: Option<String>,
    /// The beginning of ids in EC2, and IAM's type for such an id.
    #[serde(default)]
    pub ids: BTreeMap<String, String>,
    /// The replacements in the stack file that ships with nk that give every field a value.
    #[serde(default)]
    pub rich: Vec<(String, String)>,
    listing: Option<Table>,
    /// The fields that cannot drift by themselves, with the reason.
    #[serde(default)]
    pub still: BTreeMap<String, String>,
    /// The calls that create and destroy a resource of this kind.
    pub calls: Called,
    /// What IAM requires, by operation.
    pub demands: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    drift: Vec<Table>,
    /// The keys of the stack file whose change shows in this kind.
    #[serde(default)]
    pub key: Vec<Key>,
    /// Changes of the stack file that are refused.
    #[serde(default)]
    pub refused: Vec<Refused>,
}

/// The calls for one resource: first the one that creates or destroys it, then those that belong to
/// it. Empty if no resource of the kind is created or destroyed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Called {
    /// Calls to create.
    #[serde(default)]
    pub create: Vec<String>,
    /// Calls to destroy.
    #[serde(default)]
    pub destroy: Vec<String>,
    /// The same for the stack with the additions of `rich`, if there are others than without.
    pub rich: Option<Box<Called>>,
}

/// A change of the stack file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Changes of the same round are made together; they do not affect each other.
    pub round: usize,
    /// What is replaced in the stack file that ships with nk.
    pub from: String,
    /// The replacement.
    pub to: String,
    /// The lines that it causes in a plan, such as `~ vpc.main tags.Name`.
    pub shows: Vec<String>,
}

/// A change of the stack file that is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// What is replaced in the stack file that ships with nk.
    pub from: String,
    /// The replacement.
    pub to: String,
    /// The exit code.
    pub code: i32,
    /// A part of the message.
    pub reason: String,
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/kinds"))
}

/// The test data of every kind in the registry.
///
/// # Panics
///
/// If a kind has none, or its file contains an unknown key.
pub fn kinds() -> &'static BTreeMap<&'static str, KindData> {
    static KINDS: LazyLock<BTreeMap<&'static str, KindData>> = LazyLock::new(|| {
        let read = |kind| {
            let text = fs::read_to_string(folder().join(format!("{kind}.toml")));
            let text = text.unwrap_or_else(|error| panic!("tests/kinds/{kind}.toml: {error}"));
            let data = toml::from_str(&text);
            (kind, data.unwrap_or_else(|error| panic!("tests/kinds/{kind}.toml: {error}")))
        };
        nk_kinds::KINDS.iter().map(|info| read(info.kind)).collect()
    });
    &KINDS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_file_and_every_file_a_kind() {
        let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
        let files: BTreeSet<_> =
            files.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        let kinds: BTreeSet<_> =
            nk_kinds::KINDS.iter().map(|info| format!("{}.toml", info.kind)).collect();
        assert_eq!(files, kinds);
        assert_eq!(super::kinds().len(), kinds.len());
    }

    #[test]
    fn every_kind_says_how_it_is_created_and_destroyed_and_what_iam_asks_for() {
        for (kind, data) in kinds() {
            let calls = [Some(&data.calls), data.calls.rich.as_deref()];
            let calls = || calls.iter().flatten();
            assert!(calls().any(|calls| !calls.create.is_empty()), "{kind}: `calls.create`");
            assert!(calls().any(|calls| !calls.destroy.is_empty()), "{kind}: `calls.destroy`");
            assert!(!data.demands.is_empty(), "{kind}: `demands`");
        }
    }
}
