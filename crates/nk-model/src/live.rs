//! What is found at AWS.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Address, Json, Kind, Registry};

/// One resource as AWS shows it now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Live<S, O> {
    /// The address in its tags, or the one its name stands for.
    pub address: Address,
    /// What AWS calls it: an id, a name or an ARN.
    pub id: String,
    /// The spec that would have produced what is there, as far as it is told and a spec can say it.
    pub spec: S,
    /// The fields of the spec that AWS does not tell of this one, or that something else steers;
    /// what the spec has there says nothing, and is not compared. What AWS tells of none, the
    /// kind says; see [`Kind::UNTOLD`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub untold: BTreeSet<String>,
    /// What is there and no spec can say, in words, by the field that it differs from or a name
    /// of its own. It is never wanted, so it is always a difference.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beyond: BTreeMap<String, String>,
    /// What AWS assigned to it.
    pub outputs: O,
    /// Whether it can be used.
    pub phase: Phase,
    /// Whether it is this stack's.
    pub owner: Owner,
    /// Provably empty: nothing is lost or disturbed when it goes.
    pub vacant: bool,
    /// What a person should know about it after an apply, as in a missing image.
    pub notes: Vec<String>,
}

/// A live resource with its types erased.
pub type LiveValue = Live<Json, Json>;

impl<S, O> Live<S, O> {
    /// A ready resource of this stack.
    pub fn ready(address: Address, id: impl Into<String>, spec: S, outputs: O) -> Self {
        Self {
            address,
            id: id.into(),
            spec,
            untold: BTreeSet::new(),
            beyond: BTreeMap::new(),
            outputs,
            phase: Phase::Ready,
            owner: Owner::Ours,
            vacant: false,
            notes: Vec::new(),
        }
    }

    /// The same in another phase.
    #[must_use]
    pub fn in_phase(self, phase: Phase) -> Self {
        Self { phase, ..self }
    }

    /// The same with another spec, as AWS's answers to a change prove it.
    #[must_use]
    pub fn changed_to(self, spec: S) -> Self {
        Self { spec, beyond: BTreeMap::new(), ..self }
    }

    /// The same with its owner told by whether the tags are this stack's.
    #[must_use]
    pub fn owned_by(self, owner: Owner) -> Self {
        Self { owner, ..self }
    }
}

impl<K: Kind> Live<K, K::Outputs> {
    /// Erases the types.
    pub fn erase(self) -> Result<LiveValue, serde_json::Error> {
        let Self { address, id, spec, untold, beyond, outputs, phase, owner, vacant, notes } = self;
        let (spec, outputs) = (serde_json::to_value(spec)?, serde_json::to_value(outputs)?);
        Ok(Live { address, id, spec, untold, beyond, outputs, phase, owner, vacant, notes })
    }

    /// Gives the types back.
    pub fn restore(live: &LiveValue) -> Result<Self, serde_json::Error> {
        let Live { address, id, spec, untold, beyond, outputs, phase, owner, vacant, notes } =
            live.clone();
        let (spec, outputs) = (K::deserialize(spec)?, K::Outputs::deserialize(outputs)?);
        Ok(Self { address, id, spec, untold, beyond, outputs, phase, owner, vacant, notes })
    }
}

impl LiveValue {
    /// What is left of it once it is destroyed, or lost with it; see [`Kind::LEGACY`].
    pub fn legacy(&self, registry: Registry) -> Option<String> {
        (registry(self.address.kind())?.legacy)(self)
    }

    /// The value of one output as it goes into a reference; none while AWS has not assigned it.
    pub fn output(&self, name: &str) -> Option<String> {
        match self.outputs.get(name)? {
            Json::Null => None,
            Json::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// Where a resource stands in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It can be used and changed.
    Ready,
    /// AWS is at work on it; the text is AWS's word for that, as in `pending`.
    Busy(String),
    /// AWS gave up; the text is AWS's reason.
    Failed(String),
    /// It is going away; the text is AWS's word for that. Its name may still be taken.
    Leaving(String),
    /// Deleted, but AWS can bring it back until the time given; an update does.
    Retired(String),
}

/// Whose a resource is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// Its tags, or its parent's, say it is this stack's.
    Ours,
    /// It has a name of ours but is not ours; the text says what it lacks. Never touched.
    Foreign(String),
}

/// Something that a destroy would lose or that stands in its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Guard {
    /// The guarded resource.
    pub address: Address,
    /// Why it should not simply go, as in `deletion protection is on`.
    pub reason: String,
    /// Whether `--unprotect` lifts it.
    pub liftable: bool,
}
