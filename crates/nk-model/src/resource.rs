//! Everything that is desired, and everything that exists.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Address, Json, Kind, LiveValue, Note, Registry, StackId, placeholders_in};

/// One desired resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resource {
    /// Its spec in the canonical spelling, with placeholders for references.
    pub spec: Json,
    /// What must be *ready* before this one is created, beyond the references in its spec.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Address>,
}

/// Everything that a stack file asks for in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Desired {
    /// Which stack.
    pub stack: StackId,
    /// The resources by address.
    pub resources: BTreeMap<Address, Resource>,
    /// What the reader of the plan should know: lints, and what is still missing.
    pub notes: Vec<Note>,
    /// Fields that are set before a resource is deleted, so that what refers to it is deleted
    /// sooner, and fields that only say how it is deleted. They are used only if the resource is
    /// deleted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub farewell: BTreeMap<Address, BTreeMap<String, Json>>,
}

impl Desired {
    /// Nothing: what a destroy asks for.
    pub fn nothing(stack: StackId) -> Self {
        Self { stack, resources: BTreeMap::new(), notes: Vec::new(), farewell: BTreeMap::new() }
    }

    /// What a destroy of all this asks for: nothing, with the settings for deletion.
    #[must_use]
    pub fn gone(&self, registry: Registry) -> Self {
        let mut farewell = self.farewell.clone();
        for (address, Resource { spec, .. }) in &self.resources {
            let untold = registry(address.kind()).map_or(&[][..], |kind| kind.untold);
            // What it refers to is deleted as well.
            for field in untold.iter().filter(|field| placeholders_in(&spec[**field]).is_empty()) {
                let fields = farewell.entry(address.clone()).or_default();
                fields.insert((*field).to_owned(), spec[*field].clone());
            }
        }
        Self { farewell, ..Self::nothing(self.stack.clone()) }
    }

    /// Adds the resource called `name`.
    ///
    /// # Panics
    ///
    /// If the spec does not serialize, which would be a bug in its kind.
    pub fn add<K: Kind>(&mut self, name: &str, spec: &K) -> &mut Resource {
        let spec = serde_json::to_value(spec).expect("a spec serializes");
        let resource = Resource { spec, after: Vec::new() };
        self.resources.entry(Address::new(K::KIND, name)).insert_entry(resource).into_mut()
    }

    /// The desired resources of one kind.
    pub fn of_kind(&self, kind: &str) -> Vec<(Address, Json)> {
        self.resources
            .iter()
            .filter(|(address, _)| address.kind() == kind)
            .map(|(address, resource)| (address.clone(), resource.spec.clone()))
            .collect()
    }
}

/// Everything at AWS that belongs to the stack or is in its way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Observed {
    /// Everything that was found, including several resources at one address.
    pub found: Vec<LiveValue>,
}
