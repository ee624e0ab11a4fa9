//! What every kind of resource says about itself.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Binding, Change, Grant, Json, Live, LiveValue, Unseen, Usual, bindings, difference};

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
    /// The top-level fields of the spec that AWS does not change in place once they have a value.
    const IMMUTABLE: &'static [&'static str] = &[];
    /// The top-level fields of the spec that AWS never tells of what is there, or that say how it is
    /// made or removed and nothing of what it is: they are not compared.
    const UNTOLD: &'static [&'static str] = &[];
    /// Makes what is there equal to what is wanted wherever it satisfies it without being equal, as a
    /// later minor version of an engine does; none where only what is equal does.
    const EQUATE: Option<Equate<Self>> = None;
    /// The top-level fields of the spec that are lists of what is let through: what is added comes
    /// before all else, and what is taken away goes only when whoever is changed in the same plan and
    /// refers to it can do without.
    const OPENINGS: &'static [&'static str] = &[];
    /// What happens when one of the [immutable](Self::IMMUTABLE) fields differs.
    const REPLACE: Replace = Replace::DestroyFirst;
    /// How long a wait for AWS may take before the step fails, in seconds.
    const PATIENCE: f64 = 120.0;
    /// How long AWS may go on answering with what was before a change that it has accepted, in
    /// seconds.
    const STALE: f64 = 30.0;
    /// How many calls it takes.
    const CALLS: Calls = Calls::ONE;
    /// The refusals that pass by themselves.
    const RETRY: &'static [Retry] = &[];
    /// Whether a create that the cloud repeats by itself cannot make a second one: a unique name
    /// guards it, or a token that all its repetitions carry. Where nothing does, the cloud sends it
    /// once, and it is looked for at length before the step sends another.
    const GUARDED: bool = true;
    /// The kinds whose resources must be gone first although their specs do not refer to this one.
    const LEAVES_AFTER: &'static [&'static str] = &[];
    /// Whether AWS refuses to remove what its spec refers to as long as it does.
    const HOLDS: bool = true;
    /// Whether it holds what cannot be made again, so that no apply removes it merely because the
    /// stack file has ceased to mention it.
    const PRECIOUS: bool = false;
    /// What AWS must allow whoever runs nk.
    const GRANTS: &'static [Grant];
    /// Whether a resource is told by its immutable fields alone, so that it can get another address:
    /// one that is where another address wants it stays, and its tags say so.
    const MOVES: bool = false;
    /// What cannot go while a resource of this kind stays.
    const PIN: Option<Pin> = None;
    /// What it cannot do without once it is there, and nobody can make again.
    const KEEPSAKE: Option<Keepsake> = None;
    /// What does not work from the going of a replaced resource until the coming of its successor;
    /// empty where nobody notices.
    const GAP: &'static str = "";
    /// Whether two of the kind cannot exist at the same time, beyond what [`Replace::CreateFirst`]
    /// says; none where all can.
    const EXCLUDES: Option<fn(&Self, &Self) -> bool> = None;
    /// What is left of one that is destroyed, or lost with it for good, as a sentence of which it is
    /// the subject; none where one just like it can be made again.
    const LEGACY: fn(&Live<Self, Self::Outputs>) -> Option<String> = |_| None;
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// The operation of the kind that may meet it.
    pub on: Operation,
    /// The error code on the wire.
    pub code: &'static str,
    /// A part of the message; empty where the code says enough.
    pub message: &'static str,
    /// How long to go on trying, in seconds.
    pub patience: f64,
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

/// A kind with its type erased: what planner and engine need to know of it.
#[derive(Clone, Copy)]
pub struct KindInfo {
    /// [`Kind::KIND`].
    pub kind: &'static str,
    /// [`Kind::OUTPUTS`].
    pub outputs: &'static [&'static str],
    /// [`Kind::IMMUTABLE`].
    pub immutable: &'static [&'static str],
    /// [`Kind::UNTOLD`].
    pub untold: &'static [&'static str],
    /// [`Kind::EQUATE`]: the spec of what is there, made equal.
    pub equate: Option<Equated>,
    /// [`Kind::OPENINGS`].
    pub openings: &'static [&'static str],
    /// [`Kind::REPLACE`].
    pub replace: Replace,
    /// [`Kind::PATIENCE`].
    pub patience: f64,
    /// [`Kind::STALE`].
    pub stale: f64,
    /// [`Kind::CALLS`].
    pub calls: Calls,
    /// How long its operations usually take.
    pub usual: fn() -> &'static [Usual],
    /// [`Kind::RETRY`].
    pub retry: &'static [Retry],
    /// [`Kind::GUARDED`].
    pub guarded: bool,
    /// [`Kind::LEAVES_AFTER`].
    pub leaves_after: &'static [&'static str],
    /// [`Kind::HOLDS`].
    pub holds: bool,
    /// [`Kind::PRECIOUS`].
    pub precious: bool,
    /// [`Kind::GRANTS`].
    pub grants: &'static [Grant],
    /// [`Kind::MOVES`].
    pub moves: bool,
    /// [`Kind::PIN`].
    pub pin: Option<Pin>,
    /// [`Kind::KEEPSAKE`].
    pub keepsake: Option<Keepsake>,
    /// [`Kind::GAP`].
    pub gap: &'static str,
    /// [`Kind::EXCLUDES`], of two specs.
    pub excludes: Option<Excludes>,
    /// [`Kind::LEGACY`].
    pub legacy: fn(&LiveValue) -> Option<String>,
    /// Reads a spec and writes it again: the one spelling in which two specs can be compared.
    pub canonical: fn(&Json) -> Result<Json, serde_json::Error>,
    /// The typed references in a spec, known or not.
    pub bindings: fn(&Json) -> Result<Vec<Binding>, serde_json::Error>,
}

impl KindInfo {
    /// Erases a kind's type; how long things take is for whoever knows to add.
    pub const fn of<K: Kind>() -> Self {
        Self {
            kind: K::KIND,
            outputs: K::OUTPUTS,
            immutable: K::IMMUTABLE,
            untold: K::UNTOLD,
            equate: match K::EQUATE {
                None => None,
                Some(_) => Some(|live, wanted| {
                    let (mut live, wanted) = (Live::restore(live)?, K::deserialize(wanted)?);
                    if let Some(equate) = K::EQUATE {
                        equate(&mut live, &wanted);
                    }
                    serde_json::to_value(live.spec)
                }),
            },
            openings: K::OPENINGS,
            replace: K::REPLACE,
            patience: K::PATIENCE,
            stale: K::STALE,
            calls: K::CALLS,
            usual: || &[],
            retry: K::RETRY,
            guarded: K::GUARDED,
            leaves_after: K::LEAVES_AFTER,
            holds: K::HOLDS,
            precious: K::PRECIOUS,
            grants: K::GRANTS,
            moves: K::MOVES,
            pin: K::PIN,
            keepsake: K::KEEPSAKE,
            gap: K::GAP,
            excludes: match K::EXCLUDES {
                None => None,
                Some(_) => Some(|one, other| {
                    let (one, other) = (K::deserialize(one)?, K::deserialize(other)?);
                    Ok(K::EXCLUDES.is_some_and(|excludes| excludes(&one, &other)))
                }),
            },
            legacy: |live| (K::LEGACY)(&Live::restore(live).ok()?),
            canonical: |spec| serde_json::to_value(K::deserialize(spec)?),
            bindings: |spec| Ok(bindings(&K::deserialize(spec)?)),
        }
    }
}

impl KindInfo {
    /// What differs between what is live and what is desired, as far as it can be seen and matters.
    pub fn difference(&self, unseen: &Unseen, live: &LiveValue, desired: &Json) -> Vec<Change> {
        let equal = self.equate.and_then(|equate| equate(live, desired).ok());
        let mut changes = difference(equal.as_ref().unwrap_or(&live.spec), desired);
        changes.retain(|change| {
            let field = change.field();
            let told = !self.untold.contains(&field) && !live.untold.contains(field);
            told && !live.beyond.contains_key(field)
        });
        changes.extend(live.beyond.iter().map(|(field, text)| Change {
            path: field.clone(),
            from: text.clone().into(),
            to: desired.get(field).cloned().unwrap_or_default(),
        }));
        changes.retain(|change| !unseen.hides(self.kind, &change.path));
        changes
    }

    /// Fills in what AWS never tells of what is there as it is known from elsewhere.
    pub fn complete(&self, live: &mut LiveValue, known: &Json) {
        for field in self.untold {
            live.spec[*field] = known[*field].clone();
        }
    }
}

/// Makes what is there equal to what is wanted where it satisfies it.
pub type Equate<K> = fn(&mut Live<K, <K as Kind>::Outputs>, &K);

/// The spec of what is there, made equal to a wanted one where it satisfies it.
pub type Equated = fn(&LiveValue, &Json) -> Result<Json, serde_json::Error>;

/// Whether two specs of a kind exclude each other.
pub type Excludes = fn(&Json, &Json) -> Result<bool, serde_json::Error>;

/// Finds a kind by its name.
pub type Registry = fn(&str) -> Option<&'static KindInfo>;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::Address;

    /// A thing whose size is a floor, and of which AWS tells no secret.
    #[derive(Debug, Clone, Serialize, Deserialize)]
    struct Thing {
        size: u32,
        colour: String,
        secret: String,
    }

    impl Kind for Thing {
        type Outputs = ();
        const KIND: &'static str = "thing";
        const OUTPUTS: &'static [&'static str] = &[];
        const UNTOLD: &'static [&'static str] = &["secret"];
        const EQUATE: Option<Equate<Self>> =
            Some(|live, wanted| live.spec.size = live.spec.size.min(wanted.size));
        const GRANTS: &'static [Grant] = &[];
    }

    #[test]
    fn what_is_not_told_is_no_difference_and_what_is_beyond_a_spec_is_one() {
        let paths = |live: &LiveValue| -> Vec<_> {
            let wanted = json!({"size": 2, "colour": "red", "secret": "a"});
            let changes = KindInfo::of::<Thing>().difference(&Unseen::default(), live, &wanted);
            changes.iter().map(ToString::to_string).collect()
        };
        let spec = |size, colour: &str| json!({"size": size, "colour": colour, "secret": ""});
        let live = |spec| LiveValue::ready(Address::new("thing", "a"), "a", spec, Json::Null);
        assert_eq!(paths(&live(spec(3, "red"))), [""; 0]);
        assert_eq!(paths(&live(spec(1, "red"))), ["size  1 -> 2"]);
        let untold = BTreeSet::from(["colour".to_owned()]);
        assert_eq!(paths(&LiveValue { untold, ..live(spec(2, "blue")) }), [""; 0]);
        let beyond = [("colour", "striped"), ("rust", "some")];
        let beyond = beyond.map(|(field, text)| (field.to_owned(), text.to_owned())).into();
        let striped = LiveValue { beyond, ..live(spec(2, "blue")) };
        let expected = [r#"colour  "striped" -> "red""#, r#"rust  "some" -> null"#];
        assert_eq!(paths(&striped), expected);
        assert_eq!(paths(&striped.changed_to(spec(2, "red"))), [""; 0]);
    }
}
