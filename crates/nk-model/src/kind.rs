//! What every kind of resource states about itself.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Charges, Grant, Live};

/// A kind of resource. The type is the spec; the constants describe how AWS treats it.
///
/// A spec contains no secret, only where one comes from. Every field is always serialized, `None`
/// as null: in a desired spec, null means *left to AWS* and is not compared.
pub trait Kind: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The values that AWS assigns. A field that is not known yet serializes as null.
    type Outputs: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// The word before the dot of its addresses.
    const KIND: &'static str;
    /// The names of its outputs: everything that a reference may name.
    const OUTPUTS: &'static [&'static str];
    /// What AWS accepts as a name; none if it has no name, or if AWS chooses it.
    const NAME: Option<NameRule>;
    /// The type under which AWS's tag index lists it; none if its service returns the tags with the
    /// resource, or the index does not list it.
    const TAG_TYPE: Option<&'static str>;
    /// What `nk output` shows of it; none if it is not needed outside the stack.
    const SHOWN: Option<Shown>;
    /// What AWS bills for it; [`free`](crate::free) if nothing.
    const CHARGES: Charges<Self>;
    /// How its resources are identified.
    const IDENTITY: Identity = Identity::DEFAULT;
    /// What AWS cannot change in place, and what happens then.
    const REPLACEMENT: Replacement = Replacement::DEFAULT;
    /// The top-level fields of the spec that AWS never reports, or that say only how it is created
    /// or deleted. They are not compared.
    const UNTOLD: &'static [&'static str] = &[];
    /// Makes the live spec equal to the desired one where it satisfies it without being equal, such
    /// as a later minor version of an engine; none if only equality satisfies it.
    const EQUATE: Option<Equate<Self>> = None;
    /// How it depends on other resources beyond the references in its spec.
    const TIES: Ties = Ties::DEFAULT;
    /// How long its operations may take.
    const WAITING: Waiting = Waiting::DEFAULT;
    /// How many calls its operations take.
    const CALLS: Calls = Calls::ONE;
    /// Whether two of them cannot exist at the same time, beyond what [`Replace::CreateFirst`]
    /// says; none if all can.
    const EXCLUDES: Option<fn(&Self, &Self) -> bool> = None;
    /// What remains of one that is deleted, or is lost with it, as a sentence after its address;
    /// none if an equal one can be created again.
    const LEGACY: fn(&Live<Self, Self::Outputs>) -> Option<String> = |_| None;
    /// What AWS must allow the user of nk to do.
    const GRANTS: &'static [Grant];
}

/// What AWS accepts as a name of a kind, according to the model of its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameRule {
    /// The field of the spec that holds the name.
    pub field: &'static str,
    /// The maximum number of characters.
    pub longest: usize,
    /// The punctuation that it may contain, apart from letters and digits.
    pub punctuation: &'static str,
}

impl NameRule {
    /// The rule for a kind with a field `name`.
    pub const fn name(longest: usize, punctuation: &'static str) -> Option<Self> {
        Some(Self { field: "name", longest, punctuation })
    }
}

/// What `nk output` shows of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Its name in the output; `*` stands for the resource's name in the stack.
    pub name: &'static str,
    /// The output of the resource.
    pub output: &'static str,
    /// How it is written: `*` stands for the value of the output, `{region}` for the region.
    pub written: &'static str,
}

impl Shown {
    /// An output, unchanged.
    pub const fn plain(name: &'static str, output: &'static str) -> Option<Self> {
        Some(Self { name, output, written: "*" })
    }
}

/// How the resources of a kind are identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Whether a repeated create call cannot create a second resource, because of a unique name or
    /// of a token that all repetitions carry. If not, the cloud sends the call once, and the step
    /// looks for the resource at length before it sends another.
    pub guarded: bool,
    /// Whether a resource is identified by its immutable fields alone and can therefore get another
    /// address: if it is what another address asks for, it stays, and its tags change.
    pub moves: bool,
}

impl Identity {
    /// Identified by a unique name.
    pub const DEFAULT: Self = Self { guarded: true, moves: false };
}

/// What AWS cannot change in place, and what happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    /// The top-level fields of the spec, and the keys of [`Live::beyond`], that AWS cannot change in
    /// place once they have a value.
    pub immutable: &'static [&'static str],
    /// What happens when one of the immutable fields differs.
    pub how: Replace,
    /// What does not work between the deletion of a replaced resource and the creation of its
    /// successor; empty if nothing is affected.
    pub gap: &'static str,
    /// Whether it contains what cannot be created again, so that no apply deletes it only because
    /// the stack file no longer mentions it.
    pub precious: bool,
}

impl Replacement {
    /// Everything can be changed in place.
    pub const DEFAULT: Self =
        Self { immutable: &[], how: Replace::DestroyFirst, gap: "", precious: false };
}

/// How the resources of a kind depend on others beyond the references in their specs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ties {
    /// The top-level fields of the spec that are lists of what is let through. Additions come
    /// before everything else; removals wait until nothing that the plan changes uses them any
    /// more.
    pub openings: &'static [&'static str],
    /// The kinds whose resources must be deleted first although their specs do not refer to this
    /// one.
    pub leaves_after: &'static [&'static str],
    /// Whether AWS refuses to delete what its spec refers to while it exists.
    pub holds: bool,
    /// What cannot be deleted while a resource of this kind stays.
    pub pin: Option<Pin>,
    /// What it needs once it exists, and what nobody can create again.
    pub keepsake: Option<Keepsake>,
}

impl Ties {
    /// Only the references in the spec.
    pub const DEFAULT: Self =
        Self { openings: &[], leaves_after: &[], holds: true, pin: None, keepsake: None };
}

/// How long AWS may take for the resources of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How long a wait for AWS may take before the step fails.
    pub patience: Duration,
    /// How long AWS may return old values after it has accepted a change.
    pub stale: Duration,
    /// The refusals that pass by themselves.
    pub retry: &'static [Retry],
}

impl Waiting {
    /// Two minutes, and no refusal passes by itself.
    pub const DEFAULT: Self =
        Self { patience: Duration::from_mins(2), stale: Duration::from_secs(30), retry: &[] };
}

/// What a resource keeps from being deleted although its spec does not refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// The kind of the resources that are kept.
    pub kind: &'static str,
    /// The output that lists their ids.
    pub ids: &'static str,
    /// The reason, and how to proceed by hand.
    pub why: &'static str,
}

/// What a resource was created with and what a new one with the same name could not replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepsake {
    /// The field that refers to it.
    pub field: &'static str,
    /// The reason, and how to proceed by hand. `{name}`, `{address}` and `{stack}` stand for the
    /// missing resource's name at AWS, its address and the stack; `{by}` for the name of the
    /// resource that needs it.
    pub why: &'static str,
}

/// How a resource gets a new value for an immutable field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// The old one is deleted, then the new one is created.
    DestroyFirst,
    /// The new one is created, what depends on the old one moves over, then the old one is deleted.
    /// This is possible only if one of these fields differs, since otherwise the two would collide;
    /// an empty list means always.
    CreateFirst(&'static [&'static str]),
    /// The new one is created and the old one is kept by AWS as history: task definitions have
    /// revisions, of which one is in use. Fields that are left to AWS are copied from the old one.
    Supersede,
    /// It is never replaced; the text says why, and how to proceed by hand.
    Refuse(&'static str),
}

/// The maximum number of calls of an operation if AWS finishes at once, without probes while AWS is
/// busy. `nk plan` counts with them, and the tests check them for each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// From nothing to the desired state.
    pub create: usize,
    /// For each top-level field that changes.
    pub update: usize,
    /// From the live state to nothing, with the one probe that shows that it is gone, unless the
    /// call itself shows it.
    pub destroy: usize,
}

impl Calls {
    /// One call for each operation.
    pub const ONE: Self = Self { create: 1, update: 1, destroy: 1 };
}

/// A refusal that passes by itself: AWS has not caught up yet, or something else must finish first.
///
/// Code *and* message fragment must match; a bare code would turn a wrong configuration into a
/// long wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    /// The operation that may be refused.
    pub on: Operation,
    /// The error code on the wire.
    pub code: &'static str,
    /// A part of the message; empty if the code is sufficient.
    pub message: &'static str,
    /// How long to retry.
    pub patience: Duration,
}

impl Retry {
    /// A refusal of an operation with this code and any message, which passes within two minutes.
    pub const fn new(on: Operation, code: &'static str) -> Self {
        Self { on, code, message: "", patience: Duration::from_mins(2) }
    }

    /// The same, only if the message contains this.
    pub const fn saying(self, message: &'static str) -> Self {
        Self { message, ..self }
    }

    /// The same, which passes within this time.
    pub const fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

/// What can be done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Create it.
    Create,
    /// Change it in place.
    Update,
    /// Remove it.
    Destroy,
}

/// Makes the live spec equal to the desired one where it satisfies it.
pub type Equate<K> = fn(&mut Live<K, <K as Kind>::Outputs>, &K);
