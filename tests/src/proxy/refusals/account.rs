//! The contents of the account, as far as the calls show them, and what uses what.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::Times;

/// The type of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Vpc,
    Subnet,
    InternetGateway,
    Address,
    NatGateway,
    RouteTable,
    Association,
    SecurityGroup,
    Interface,
    LoadBalancer,
    Listener,
    ListenerRule,
    TargetGroup,
    SubnetGroup,
    ParameterGroup,
    Database,
    Cluster,
    Service,
    TaskDefinition,
    Role,
    Policy,
    Pool,
    Client,
    Provider,
    Domain,
    Repository,
    Image,
    LogGroup,
    Secret,
}

/// The type of a thing and its id, or its name if AWS uses that.
pub(super) type Key = (Kind, String);

/// Something in the account.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    /// What it consists of or is attached to.
    pub(super) uses: BTreeSet<Key>,
    /// When it was created.
    pub(super) made: Instant,
    /// Until when AWS is working on it, and AWS's word for that.
    pub(super) busy: Option<(Instant, &'static str)>,
    /// When it will be gone, if it is being deleted.
    pub(super) gone: Option<Instant>,
    /// What else is known of it.
    pub(super) facts: BTreeMap<&'static str, String>,
}

impl Thing {
    /// A thing that was just created.
    pub(super) fn new(uses: impl IntoIterator<Item = Key>) -> Self {
        Self {
            uses: uses.into_iter().collect(),
            made: Instant::now(),
            busy: None,
            gone: None,
            facts: BTreeMap::new(),
        }
    }

    /// The ids of the things of a type that it uses.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.uses.iter().filter(move |(used, _)| *used == kind).map(|(_, id)| id.as_str())
    }

    /// AWS's word for its state, if it is not ready.
    pub(super) fn word(&self, leaving: &'static str) -> Option<&'static str> {
        let busy = self.busy.filter(|(until, _)| *until > Instant::now()).map(|(_, word)| word);
        self.gone.map_or(busy, |_| Some(leaving))
    }

    /// A fact, if it is known.
    pub(super) fn fact(&self, name: &str) -> &str {
        self.facts.get(name).map_or("", String::as_str)
    }
}

/// Everything that is known to exist.
pub(super) struct Account {
    pub(super) times: Times,
    things: BTreeMap<Key, Thing>,
    made: u64,
}

impl Account {
    pub(super) fn new(times: Times) -> Self {
        Self { times, things: BTreeMap::new(), made: 0 }
    }

    /// Forgets what is gone by now.
    pub(super) fn sweep(&mut self) {
        let now = Instant::now();
        self.things.retain(|_, thing| thing.gone.is_none_or(|gone| gone > now));
    }

    pub(super) fn get(&self, kind: Kind, id: &str) -> Option<&Thing> {
        self.things.get(&(kind, id.to_owned()))
    }

    pub(super) fn get_mut(&mut self, kind: Kind, id: &str) -> Option<&mut Thing> {
        self.things.get_mut(&(kind, id.to_owned()))
    }

    pub(super) fn add(&mut self, key: Key, thing: Thing) {
        self.things.insert(key, thing);
    }

    /// Everything of a type.
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = (&str, &Thing)> {
        let of_kind = self.things.iter().filter(move |((its, _), _)| *its == kind);
        of_kind.map(|((_, id), thing)| (id.as_str(), thing))
    }

    /// The things of these types that use a thing, without the thing itself.
    pub(super) fn users<'a>(
        &'a self,
        key: &'a Key,
        kinds: &'a [Kind],
    ) -> impl Iterator<Item = (&'a Key, &'a Thing)> {
        let uses = move |(user, thing): &(&Key, &Thing)| {
            kinds.contains(&user.0) && *user != key && thing.uses.contains(key)
        };
        self.things.iter().filter(uses)
    }

    /// Deletes a thing, at once or at a given time, with its parts of these types.
    pub(super) fn leave(&mut self, key: &Key, gone: Instant, parts: &[Kind]) {
        let parts: Vec<Key> = self.users(key, parts).map(|(part, _)| part.clone()).collect();
        for part in parts {
            self.leave(&part, gone, &[Kind::ListenerRule]);
        }
        if let Some(thing) = self.things.get_mut(key) {
            thing.gone = Some(gone);
        }
        self.sweep();
    }

    /// A number that no other thing has.
    pub(super) fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}
