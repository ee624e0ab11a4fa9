//! What AWS calls the resources of a stack.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Address, Kind};

/// The names that the resources of a stack have in AWS, or may still have from before its file
/// changed: what to look for, and what to allow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<String, KindNames>);

/// The names of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindNames {
    prefix: String,
    called: BTreeMap<String, String>,
    known: BTreeSet<String>,
}

impl Names {
    /// Says what the names of a kind begin with that nk gives.
    pub fn begin(&mut self, kind: &str, prefix: String) {
        self.0.entry(kind.to_owned()).or_default().prefix = prefix;
    }

    /// Says what a resource is called.
    pub fn call(&mut self, address: &Address, name: &str) {
        self.know(address.kind(), name);
        let kind = self.0.entry(address.kind().to_owned()).or_default();
        kind.called.insert(address.name().to_owned(), name.to_owned());
    }

    /// Says what something of a kind may have been called.
    pub fn know(&mut self, kind: &str, name: &str) {
        self.0.entry(kind.to_owned()).or_default().known.insert(name.to_owned());
    }

    /// The names of a kind.
    pub fn of<K: Kind>(&self) -> &KindNames {
        self.of_kind(K::KIND)
    }

    /// The names of a kind, by its word.
    pub fn of_kind(&self, kind: &str) -> &KindNames {
        static NONE: KindNames =
            KindNames { prefix: String::new(), called: BTreeMap::new(), known: BTreeSet::new() };
        self.0.get(kind).unwrap_or(&NONE)
    }
}

impl KindNames {
    /// What the names begin with that nk gives, as in `neuraKnot-dev-`; none where they have nothing
    /// in common.
    pub fn prefix(&self) -> Option<&str> {
        Some(self.prefix.as_str()).filter(|prefix| !prefix.is_empty())
    }

    /// What AWS calls the resource with this name in the stack, if that is known.
    pub fn called(&self, name: &str) -> Option<&str> {
        self.called.get(name).map(String::as_str)
    }

    /// Names in full: of what the stack asks for, of what any stack may have, and those that its file
    /// states.
    pub fn known(&self) -> &BTreeSet<String> {
        &self.known
    }

    /// Those of them that begin with something else.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(String::as_str).filter(|name| !self.begins(name))
    }

    /// Whether something of the stack may have this name.
    pub fn covers(&self, name: &str) -> bool {
        self.begins(name) || self.known.contains(name)
    }

    fn begins(&self, name: &str) -> bool {
        self.prefix().is_some_and(|prefix| name.starts_with(prefix))
    }
}
