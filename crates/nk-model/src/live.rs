//! What exists at AWS.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Address, Json, Kind, Registry};

/// One resource as AWS shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Live<S, O> {
    /// The address in its tags, or the one that its name stands for.
    pub address: Address,
    /// What AWS calls it: an id, a name or an ARN.
    pub id: String,
    /// The spec that would have produced what exists, as far as AWS reports it and a spec can say
    /// it.
    pub spec: S,
    /// The fields of the spec that AWS does not report for this resource, or that something else
    /// controls. Their values in the spec mean nothing and are not compared. What AWS never reports
    /// is listed in [`Kind::UNTOLD`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub untold: BTreeSet<String>,
    /// What exists and no spec can say, in words, by the field that it differs from or by a name of
    /// its own. It is never desired, so it is always a difference.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beyond: BTreeMap<String, String>,
    /// What AWS assigned to it.
    pub outputs: O,
    /// Whether it can be used.
    pub phase: Phase,
    /// Whether it belongs to this stack.
    pub owner: Owner,
    /// Provably empty: nothing is lost or disturbed when it is deleted.
    pub vacant: bool,
    /// What a person should know about it after an apply, such as a missing image.
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

    /// The same, in another phase.
    #[must_use]
    pub fn in_phase(self, phase: Phase) -> Self {
        Self { phase, ..self }
    }

    /// The same with another spec, as AWS's answer to a change proves it.
    #[must_use]
    pub fn changed_to(self, spec: S) -> Self {
        Self { spec, beyond: BTreeMap::new(), ..self }
    }

    /// The same with its owner, according to its tags.
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
    /// What remains of it once it is deleted, or is lost with it; see [`Kind::LEGACY`].
    pub fn legacy(&self, registry: Registry) -> Option<String> {
        (registry(self.address.kind())?.legacy)(self)
    }

    /// The value of one output as it is written into a reference; none if AWS has not assigned it
    /// yet.
    pub fn output(&self, name: &str) -> Option<String> {
        match self.outputs.get(name)? {
            Json::Null => None,
            Json::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// Where a resource is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It can be used and changed.
    Ready,
    /// AWS is working on it; the text is AWS's word for that, such as `pending`.
    Busy(String),
    /// It failed; the text is AWS's reason.
    Failed(String),
    /// It is being deleted; the text is AWS's word for that. Its name may still be taken.
    Leaving(String),
    /// Scheduled for deletion; AWS can restore it until the given time, and an update does.
    Retired(String),
}

/// To whom a resource belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// Its tags, or its parent's, say that it belongs to this stack.
    Ours,
    /// It has one of the stack's names but does not belong to it; the text says what is missing. It
    /// is never touched.
    Foreign(String),
}

/// Something that a destroy would lose or that blocks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Guard {
    /// The guarded resource.
    pub address: Address,
    /// Why it should not simply be deleted, such as `deletion protection is on`.
    pub reason: String,
    /// Whether `--unprotect` removes it.
    pub liftable: bool,
}
