//! What the calls do to the account, as tables: which create, change or delete what, and when AWS
//! refuses them.

use tokio::time::Instant;

use super::{
    Objection,
    account::{Account, Key, Kind, Thing},
    fields::Fields,
};
use crate::proxy::Refusal;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Make,
    Change,
    Remove,
}

/// Where a call names the thing that it is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Id {
    /// In its answer.
    Answered(&'static str),
    /// In these fields of the request together.
    Asked(&'static [&'static str]),
}

/// A refusal of AWS: the HTTP status, the code, and the message with `{}` for the thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub(super) u16, pub(super) &'static str, pub(super) &'static str);

impl Words {
    /// The refusal of a call about `what`, which passes by itself or does not.
    pub(super) fn about(&self, what: &str, passes: bool) -> Objection {
        let Self(status, code, message) = self;
        Objection { refusal: Refusal::new(*status, code, &message.replace("{}", what)), passes }
    }
}

/// A field of a request that names other things.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    field: &'static str,
    kind: Kind,
    /// AWS's answer for an unknown thing; none if it does not check.
    missing: Option<Words>,
    /// Whether it takes AWS a while to know a new one.
    late: bool,
}

impl Names {
    /// A field that names things that must exist.
    pub(super) const fn new(field: &'static str, kind: Kind, missing: Words) -> Self {
        Self { field, kind, missing: Some(missing), late: false }
    }

    /// A field that names things that are not checked.
    pub(super) const fn unchecked(field: &'static str, kind: Kind) -> Self {
        Self { field, kind, missing: None, late: false }
    }

    /// The same for things that are not known everywhere at once.
    pub(super) const fn late(self) -> Self {
        Self { late: true, ..self }
    }

    fn values<'a>(&'a self, asked: &'a Fields) -> impl Iterator<Item = String> + 'a {
        asked.all(self.field).map(|id| known_as(self.kind, id))
    }

    fn objection(&self, account: &Account, asked: &Fields) -> Option<Objection> {
        let missing = self.missing?;
        self.values(asked).find_map(|id| match account.get(self.kind, &id) {
            None => Some(missing.about(&id, false)),
            Some(thing) => {
                let unheard = self.late && thing.made.elapsed() < account.times.unheard;
                unheard.then(|| missing.about(&id, true))
            }
        })
    }
}

/// A call, and what it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed {
    /// Such as `ec2:CreateVpc`.
    pub(super) call: &'static str,
    pub(super) does: Does,
    pub(super) kind: Kind,
    id: Id,
    names: &'static [Names],
    /// The fields of a name that must be unique, and AWS's answer if it is taken.
    exists: Option<(&'static [&'static str], Words)>,
    /// The types that block its deletion, and AWS's answer then.
    in_use: Option<(&'static [Kind], Words)>,
    /// The types that are deleted with it.
    parts: &'static [Kind],
}

const fn deed(call: &'static str, does: Does, kind: Kind, id: Id) -> Deed {
    Deed { call, does, kind, id, names: &[], exists: None, in_use: None, parts: &[] }
}

/// A call that makes something.
pub(super) const fn make(call: &'static str, kind: Kind, id: Id) -> Deed {
    deed(call, Does::Make, kind, id)
}

/// A call that changes something.
pub(super) const fn change(call: &'static str, kind: Kind, id: &'static [&'static str]) -> Deed {
    deed(call, Does::Change, kind, Id::Asked(id))
}

/// A call that removes something.
pub(super) const fn remove(call: &'static str, kind: Kind, id: &'static [&'static str]) -> Deed {
    deed(call, Does::Remove, kind, Id::Asked(id))
}

impl Deed {
    pub(super) const fn naming(self, names: &'static [Names]) -> Self {
        Self { names, ..self }
    }

    pub(super) const fn once(self, name: &'static [&'static str], taken: Words) -> Self {
        Self { exists: Some((name, taken)), ..self }
    }

    pub(super) const fn unless_used(self, by: &'static [Kind], in_use: Words) -> Self {
        Self { in_use: Some((by, in_use)), ..self }
    }

    pub(super) const fn with(self, parts: &'static [Kind]) -> Self {
        Self { parts, ..self }
    }

    /// What the call is about.
    pub(super) fn key(&self, asked: &Fields, answered: Option<&Fields>) -> Option<Key> {
        let id = match self.id {
            Id::Answered(field) => answered?.one(field)?.to_owned(),
            Id::Asked(fields) => joined(asked, fields)?,
        };
        Some((self.kind, known_as(self.kind, &id)))
    }

    /// Why AWS would refuse the call.
    pub(super) fn objection(&self, account: &Account, asked: &Fields) -> Option<Objection> {
        if let Some((fields, taken)) = self.exists
            && let Some(name) = joined(asked, fields)
            && let Some((_, holder)) =
                account.all(self.kind).find(|(_, thing)| thing.fact("name") == name)
        {
            return Some(taken.about(&name, holder.gone.is_some()));
        }
        if let Some(missing) = self.names.iter().find_map(|names| names.objection(account, asked)) {
            return Some(missing);
        }
        let (kinds, in_use) = self.in_use?;
        let key = self.key(asked, None)?;
        let users: Vec<_> = account.users(&key, kinds).collect();
        let passes = users.iter().all(|(_, user)| user.gone.is_some());
        (!users.is_empty()).then(|| in_use.about(&key.1, passes))
    }

    /// Learns what was created, changed or deleted.
    pub(super) fn learn(&self, account: &mut Account, asked: &Fields, answered: &Fields) {
        let Some(key) = self.key(asked, Some(answered)) else { return };
        match self.does {
            Does::Make => {
                let mut thing = Thing::new(self.used(asked));
                let name = self.exists.and_then(|(fields, _)| joined(asked, fields));
                thing.facts.extend(name.map(|name| ("name", name)));
                account.add(key, thing);
            }
            Does::Change => {
                let used: Vec<_> = self.used(asked).collect();
                let Some(thing) = account.get_mut(key.0, &key.1) else { return };
                // What is named replaces what was there of its type.
                thing.uses.retain(|(kind, _)| !used.iter().any(|(named, _)| named == kind));
                thing.uses.extend(used);
            }
            Does::Remove => {
                let gone = Instant::now() + account.times.leaving(self.kind);
                account.leave(&key, gone, self.parts);
            }
        }
    }

    fn used<'a>(&'a self, asked: &'a Fields) -> impl Iterator<Item = Key> + 'a {
        self.names.iter().flat_map(move |one| one.values(asked).map(move |id| (one.kind, id)))
    }
}

fn joined(asked: &Fields, fields: &[&str]) -> Option<String> {
    let values: Option<Vec<_>> = fields.iter().map(|field| asked.one(field)).collect();
    Some(values?.join("/"))
}

/// The id by which a thing is known here; some calls take a name or an ARN.
pub(super) fn known_as(kind: Kind, id: &str) -> String {
    match kind {
        Kind::Cluster | Kind::Service | Kind::TaskDefinition | Kind::Role => {
            id.rsplit('/').next().unwrap_or(id).to_owned()
        }
        // The ARN of a secret has six characters after the name.
        Kind::Secret => match id.split_once(":secret:") {
            Some((_, name)) => name[..name.len().saturating_sub(7)].to_owned(),
            None => id.to_owned(),
        },
        _ => id.to_owned(),
    }
}
