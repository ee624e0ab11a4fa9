//! A kind with its type erased: what stages that know no types ask of it.

use crate::{
    Billing, Binding, Calls, Change, Charge, Grant, Identity, Json, Kind, Live, LiveValue,
    NameRule, Replacement, Shown, Ties, Unseen, Usual, Waiting, bindings, difference,
};

/// A kind with its type erased: what the planner and the engine need to know about it.
#[derive(Clone, Copy)]
pub struct KindInfo {
    /// [`Kind::KIND`].
    pub kind: &'static str,
    /// [`Kind::OUTPUTS`].
    pub outputs: &'static [&'static str],
    /// [`Kind::NAME`].
    pub name: Option<NameRule>,
    /// [`Kind::TAG_TYPE`].
    pub tag_type: Option<&'static str>,
    /// [`Kind::SHOWN`].
    pub shown: Option<Shown>,
    /// [`Kind::CHARGES`]; none for a spec that cannot be read.
    pub charges: fn(&str, &Json, &Billing<'_>) -> Vec<Charge>,
    /// [`Kind::IDENTITY`].
    pub identity: Identity,
    /// [`Kind::REPLACEMENT`].
    pub replacement: Replacement,
    /// [`Kind::UNTOLD`].
    pub untold: &'static [&'static str],
    /// [`Kind::EQUATE`]: the live spec, made equal.
    pub equate: Option<Equated>,
    /// [`Kind::TIES`].
    pub ties: Ties,
    /// [`Kind::WAITING`].
    pub waiting: Waiting,
    /// [`Kind::CALLS`].
    pub calls: Calls,
    /// How long its operations usually take.
    pub usual: fn() -> &'static [Usual],
    /// [`Kind::EXCLUDES`], of two specs.
    pub excludes: Option<Excludes>,
    /// [`Kind::LEGACY`].
    pub legacy: fn(&LiveValue) -> Option<String>,
    /// [`Kind::GRANTS`].
    pub grants: &'static [Grant],
    /// Reads a spec and writes it again, in the one spelling in which two specs can be compared.
    pub canonical: fn(&Json) -> Result<Json, serde_json::Error>,
    /// The typed references in a spec, resolved or not.
    pub bindings: fn(&Json) -> Result<Vec<Binding>, serde_json::Error>,
}

impl KindInfo {
    /// Erases the type of a kind, without its usual times.
    pub const fn of<K: Kind>() -> Self {
        Self {
            kind: K::KIND,
            outputs: K::OUTPUTS,
            name: K::NAME,
            tag_type: K::TAG_TYPE,
            shown: K::SHOWN,
            charges: |name, spec, billing| {
                let charges = |spec| (K::CHARGES)(name, &spec, billing);
                K::deserialize(spec).map(charges).unwrap_or_default()
            },
            identity: K::IDENTITY,
            replacement: K::REPLACEMENT,
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
            ties: K::TIES,
            waiting: K::WAITING,
            calls: K::CALLS,
            usual: || &[],
            grants: K::GRANTS,
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
    /// The differences between the live and the desired spec that can be seen and matter.
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

    /// Fills in, from the desired spec, what AWS never reports.
    pub fn complete(&self, live: &mut LiveValue, known: &Json) {
        for field in self.untold {
            live.spec[*field] = known[*field].clone();
        }
    }
}

/// The live spec, made equal to a desired one where it satisfies it.
pub type Equated = fn(&LiveValue, &Json) -> Result<Json, serde_json::Error>;

/// Whether two specs of a kind exclude each other.
pub type Excludes = fn(&Json, &Json) -> Result<bool, serde_json::Error>;

/// Finds a kind by its name.
pub type Registry = fn(&str) -> Option<&'static KindInfo>;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;
    use crate::{Address, Charges, Equate, free};

    /// A kind whose size is a minimum, and whose secret AWS does not report.
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
        const NAME: Option<NameRule> = None;
        const TAG_TYPE: Option<&'static str> = None;
        const SHOWN: Option<Shown> = None;
        const CHARGES: Charges<Self> = free;
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
