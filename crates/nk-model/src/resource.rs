//! What is wanted and what is there, as wholes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Address, Json, Kind, LiveValue, Names, Note, Registry, StackId, placeholders_in};

/// One wanted resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resource {
    /// Its spec, in the canonical spelling, with references to others as placeholders.
    pub spec: Json,
    /// What must be *ready* before this one is created, beyond what its spec refers to.
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
    /// What the reader of the plan should know: lints, and what waits for something.
    pub notes: Vec<Note>,
    /// Fields that are set before whatever refers to their resource goes, so that it goes sooner, and
    /// those that only say how the resource goes. Only where the resource goes too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub farewell: BTreeMap<Address, BTreeMap<String, Json>>,
    /// What AWS calls the resources of the stack, those included that it no longer asks for.
    #[serde(skip)]
    pub names: Names,
}

impl Desired {
    /// Nothing: what a destroy wants.
    pub fn nothing(stack: StackId) -> Self {
        let (resources, farewell) = (BTreeMap::new(), BTreeMap::new());
        Self { stack, resources, notes: Vec::new(), farewell, names: Names::default() }
    }

    /// What a destroy of all this wants: nothing, but that it goes as it says.
    #[must_use]
    pub fn gone(&self, registry: Registry) -> Self {
        let mut farewell = self.farewell.clone();
        for (address, Resource { spec, .. }) in &self.resources {
            let untold = registry(address.kind()).map_or(&[][..], |kind| kind.untold);
            // What it refers to goes as well.
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
    /// When the spec does not serialize, which would be a fault of its kind.
    pub fn add<K: Kind>(&mut self, name: &str, spec: &K) -> &mut Resource {
        let spec = serde_json::to_value(spec).expect("a spec serializes");
        let resource = Resource { spec, after: Vec::new() };
        self.resources.entry(Address::new(K::KIND, name)).insert_entry(resource).into_mut()
    }

    /// The wanted resources of one kind.
    pub fn of_kind(&self, kind: &str) -> Vec<(Address, Json)> {
        self.resources
            .iter()
            .filter(|(address, _)| address.kind() == kind)
            .map(|(address, resource)| (address.clone(), resource.spec.clone()))
            .collect()
    }
}

/// Everything of ours, or in our way, that AWS has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Observed {
    /// All that was found, several at one address included.
    pub found: Vec<LiveValue>,
}
