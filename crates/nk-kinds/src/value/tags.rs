//! Tags, which identify the stack and the address of a resource.

use std::collections::{BTreeMap, BTreeSet};

use nk_model::{Address, Owner, StackId};
use serde::{Deserialize, Serialize};

/// The tags that nk sets. Other tags are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

/// The tag whose value is the stack, such as `neuraKnot-dev`.
const STACK: &str = "nk:stack";
/// The tag whose value is the address, such as `subnet.public-1`.
const ADDRESS: &str = "nk:address";
/// The tag that lists the providers for which a secret has values: the values cannot be read while
/// it is scheduled for deletion, but the tags can.
const HOLDS: &str = "nk:holds";
/// All tags that nk sets.
const MANAGED: [&str; 7] = ["Project", "Environment", "ManagedBy", "Name", STACK, ADDRESS, HOLDS];

impl Tags {
    /// The key with which filters find the resources of a stack.
    pub const STACK: &'static str = STACK;

    /// The tags of the resource at `address` with the name `name` at AWS.
    pub fn new(stack: &StackId, address: &Address, name: &str) -> Self {
        let tags = [
            ("Project", stack.project.clone()),
            ("Environment", stack.environment.clone()),
            ("ManagedBy", "nk".to_owned()),
            ("Name", name.to_owned()),
            (STACK, stack.prefix()),
            (ADDRESS, address.to_string()),
        ];
        Self(tags.map(|(key, value)| (key.to_owned(), value)).into())
    }

    /// The same for a secret with values for these providers.
    #[must_use]
    pub fn holding(mut self, names: &BTreeSet<String>) -> Self {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        self.0.insert(HOLDS.to_owned(), names.join(" "));
        self
    }

    /// The providers for which the secret with these tags has values.
    pub fn held(&self) -> BTreeSet<String> {
        self.get(HOLDS).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }

    /// The tags among `all` that nk sets.
    pub fn managed(all: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(all.into_iter().filter(|(key, _)| MANAGED.contains(&key.as_str())).collect())
    }

    /// Key and value, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value of one tag.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The address in these tags, if they belong to this stack.
    pub fn address(&self, stack: &StackId) -> Option<Address> {
        if self.get(STACK)? != stack.prefix() {
            return None;
        }
        self.get(ADDRESS)?.parse().ok()
    }

    /// To whom the resource with these tags belongs, if its name is the one of `address`.
    pub fn owner(&self, stack: &StackId, address: &Address) -> Owner {
        if self.address(stack).as_ref() == Some(address) {
            return Owner::Ours;
        }
        Owner::Foreign(match (self.get(STACK), self.get(ADDRESS)) {
            (None, _) => format!("it has no tag `{STACK}`"),
            (Some(other), _) if other != stack.prefix() => {
                format!("its tag `{STACK}` is `{other}`")
            }
            (_, None) => format!("it has no tag `{ADDRESS}`"),
            (_, Some(other)) => format!("its tag `{ADDRESS}` is `{other}`"),
        })
    }
}
