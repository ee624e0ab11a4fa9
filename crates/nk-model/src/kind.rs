//! What every kind of resource says about itself.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Charges, Grant, Live};

/// A kind of resource: its type is its spec, its constants are what AWS makes of it.
///
/// A spec holds no secret: it says where one comes from. Every field is always serialized, `None`
/// as null: in a desired spec null means *left to AWS*, and is not compared.
pub trait Kind: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What AWS assigns to it. A field that is not known yet serializes as null.
    type Outputs: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// The word before the dot of its addresses.
    const KIND: &'static str;
    /// The names of the fields of its outputs, all that a reference may name.
    const OUTPUTS: &'static [&'static str];
    /// What AWS takes as a name; none where it has none, or AWS gives it out.
    const NAME: Option<NameRule>;
    /// The type under which AWS's index of tags lists it; none where its service tells the tags
    /// together with the rest, or knows none.
    const TAG_TYPE: Option<&'static str>;
    /// What `nk output` shows of it; none where nobody needs it outside the stack.
    const SHOWN: Option<Shown>;
    /// What AWS bills of it; [`free`](crate::free) where it bills nothing.
    const CHARGES: Charges<Self>;
    /// How its resources are told apart.
    const IDENTITY: Identity = Identity::DEFAULT;
    /// What AWS does not change in place, and what happens then.
    const REPLACEMENT: Replacement = Replacement::DEFAULT;
    /// The top-level fields of the spec that AWS never tells of what is there, or that say how it is
    /// made or removed and nothing of what it is: they are not compared.
    const UNTOLD: &'static [&'static str] = &[];
    /// Makes what is there equal to what is wanted wherever it satisfies it without being equal, as a
    /// later minor version of an engine does; none where only what is equal does.
    const EQUATE: Option<Equate<Self>> = None;
    /// What it has to do with other resources beyond what its spec refers to.
    const TIES: Ties = Ties::DEFAULT;
    /// How long things may take.
    const WAITING: Waiting = Waiting::DEFAULT;
    /// How many calls it takes.
    const CALLS: Calls = Calls::ONE;
    /// Whether two of the kind cannot exist at the same time, beyond what [`Replace::CreateFirst`]
    /// says; none where all can.
    const EXCLUDES: Option<fn(&Self, &Self) -> bool> = None;
    /// What is left of one that is destroyed, or lost with it for good, as a sentence of which it is
    /// the subject; none where one just like it can be made again.
    const LEGACY: fn(&Live<Self, Self::Outputs>) -> Option<String> = |_| None;
    /// What AWS must allow whoever runs nk.
    const GRANTS: &'static [Grant];
}

/// What AWS takes as a name of a kind, from its service's model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameRule {
    /// The field of the spec that holds the name.
    pub field: &'static str,
    /// How many characters it may have.
    pub longest: usize,
    /// The punctuation it may contain beside letters and digits.
    pub punctuation: &'static str,
}

impl NameRule {
    /// The rule of a kind with a field `name`.
    pub const fn name(longest: usize, punctuation: &'static str) -> Option<Self> {
        Some(Self { field: "name", longest, punctuation })
    }
}

/// What `nk output` shows of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// What it is called; `*` stands for the resource's name in the stack.
    pub name: &'static str,
    /// Which of its outputs.
    pub output: &'static str,
    /// How it is written: `*` stands for the value of the output, `{region}` for the region.
    pub written: &'static str,
}

impl Shown {
    /// An output as it is.
    pub const fn plain(name: &'static str, output: &'static str) -> Option<Self> {
        Some(Self { name, output, written: "*" })
    }
}

/// How the resources of a kind are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Whether a create that the cloud repeats by itself cannot make a second one: a unique name
    /// guards it, or a token that all its repetitions carry. Where nothing does, the cloud sends it
    /// once, and it is looked for at length before the step sends another.
    pub guarded: bool,
    /// Whether a resource is told by its immutable fields alone, so that it can get another address:
    /// one that is where another address wants it stays, and its tags say so.
    pub moves: bool,
}

impl Identity {
    /// A unique name.
    pub const DEFAULT: Self = Self { guarded: true, moves: false };
}

/// What AWS does not change in place, and what happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    /// The top-level fields of the spec that AWS does not change in place once they have a value.
    pub immutable: &'static [&'static str],
    /// What happens when one of the immutable fields differs.
    pub how: Replace,
    /// What does not work from the going of a replaced resource until the coming of its successor;
    /// empty where nobody notices.
    pub gap: &'static str,
    /// Whether it holds what cannot be made again, so that no apply removes it merely because the
    /// stack file has ceased to mention it.
    pub precious: bool,
}

impl Replacement {
    /// Everything is changed in place.
    pub const DEFAULT: Self =
        Self { immutable: &[], how: Replace::DestroyFirst, gap: "", precious: false };
}

/// What the resources of a kind have to do with others beyond what their specs refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ties {
    /// The top-level fields of the spec that are lists of what is let through: what is added comes
    /// before all else, and what is taken away goes only when whoever is changed in the same plan and
    /// refers to it can do without.
    pub openings: &'static [&'static str],
    /// The kinds whose resources must be gone first although their specs do not refer to this one.
    pub leaves_after: &'static [&'static str],
    /// Whether AWS refuses to remove what its spec refers to as long as it does.
    pub holds: bool,
    /// What cannot go while a resource of this kind stays.
    pub pin: Option<Pin>,
    /// What it cannot do without once it is there, and nobody can make again.
    pub keepsake: Option<Keepsake>,
}

impl Ties {
    /// None but those of its spec.
    pub const DEFAULT: Self =
        Self { openings: &[], leaves_after: &[], holds: true, pin: None, keepsake: None };
}

/// How long AWS may take over the resources of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How long a wait for AWS may take before the step fails.
    pub patience: Duration,
    /// How long AWS may go on answering with what was before a change that it has accepted.
    pub stale: Duration,
    /// The refusals that pass by themselves.
    pub retry: &'static [Retry],
}

impl Waiting {
    /// Two minutes, and no refusal passes.
    pub const DEFAULT: Self =
        Self { patience: Duration::from_mins(2), stale: Duration::from_secs(30), retry: &[] };
}

/// What a resource keeps from going although its spec does not refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// The kind that is kept.
    pub kind: &'static str,
    /// The field of the outputs that lists the ids.
    pub ids: &'static str,
    /// Why, and the way by hand.
    pub why: &'static str,
}

/// What a resource was made with, that a new one of the same name could not stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepsake {
    /// The field that refers to it.
    pub field: &'static str,
    /// Why, and the way by hand. `{name}`, `{address}` and `{stack}` stand for what AWS calls the
    /// keepsake, for its address and the stack; `{by}` for what AWS calls the one that needs it.
    pub why: &'static str,
}

/// How a resource with a changed immutable field gets its new shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// The old one goes, then the new one comes.
    DestroyFirst,
    /// The new one comes, its dependants move over, then the old one goes. Possible only where one
    /// of these fields differs, since otherwise the two would be in each other's way; an empty
    /// list means always.
    CreateFirst(&'static [&'static str]),
    /// The new one comes and the old one stays behind it, as AWS's own history: task definitions have
    /// revisions, of which the one in use counts. What is left to AWS is handed on.
    Supersede,
    /// Never; the text says why, and what to do by hand.
    Refuse(&'static str),
}

/// How many calls an operation takes where AWS is done at once: at most, and without the looks while
/// it is not. What `nk plan` counts with, and what the tests hold each kind to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// From nothing to what is wanted.
    pub create: usize,
    /// For each top-level field that changes.
    pub update: usize,
    /// From what is there to nothing, with the one look that shows that it is gone where the call
    /// itself does not.
    pub destroy: usize,
}

impl Calls {
    /// For what AWS does in one call.
    pub const ONE: Self = Self { create: 1, update: 1, destroy: 1 };
}

/// A refusal that passes by itself: AWS has not caught up yet, or something else must finish first.
///
/// Code *and* message fragment must match; a bare code would turn a wrong configuration into a
/// long wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    /// The operation of the kind that may meet it.
    pub on: Operation,
    /// The error code on the wire.
    pub code: &'static str,
    /// A part of the message; empty where the code says enough.
    pub message: &'static str,
    /// How long to go on trying.
    pub patience: Duration,
}

impl Retry {
    /// A refusal of an operation by its code, whatever its message, that passes within two minutes.
    pub const fn new(on: Operation, code: &'static str) -> Self {
        Self { on, code, message: "", patience: Duration::from_mins(2) }
    }

    /// Only where the message contains this.
    pub const fn saying(self, message: &'static str) -> Self {
        Self { message, ..self }
    }

    /// How long it takes to pass.
    pub const fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

/// What can be done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Bring it into being.
    Create,
    /// Change it in place.
    Update,
    /// Remove it.
    Destroy,
}

/// Makes what is there equal to what is wanted where it satisfies it.
pub type Equate<K> = fn(&mut Live<K, <K as Kind>::Outputs>, &K);
