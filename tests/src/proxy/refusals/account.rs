//! What is in the account, as far as the calls that came by tell, and what uses what.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::Times;

/// What kind of thing it is.
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

/// A thing's kind and its id, or its name where that is what AWS goes by.
pub(super) type Key = (Kind, String);

/// Something in the account.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    /// What it is made of or plugged into.
    pub(super) uses: BTreeSet<Key>,
    /// When it was made.
    pub(super) made: Instant,
    /// Until when AWS is at work on it, and AWS's word for that.
    pub(super) busy: Option<(Instant, &'static str)>,
    /// When it will be gone, if it is going.
    pub(super) gone: Option<Instant>,
    /// What else is known of it.
    pub(super) facts: BTreeMap<&'static str, String>,
}

impl Thing {
    /// A thing that was made just now.
    pub(super) fn new(uses: impl IntoIterator<Item = Key>) -> Self {
        Self {
            uses: uses.into_iter().collect(),
            made: Instant::now(),
            busy: None,
            gone: None,
            facts: BTreeMap::new(),
        }
    }

    /// The ids of what it uses of a kind.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.uses.iter().filter(move |(used, _)| *used == kind).map(|(_, id)| id.as_str())
    }

    /// AWS's word for what it is at, if it is not simply there.
    pub(super) fn word(&self, leaving: &'static str) -> Option<&'static str> {
        let busy = self.busy.filter(|(until, _)| *until > Instant::now()).map(|(_, word)| word);
        self.gone.map_or(busy, |_| Some(leaving))
    }

    /// A fact, or nothing.
    pub(super) fn fact(&self, name: &str) -> &str {
        self.facts.get(name).map_or("", String::as_str)
    }
}

/// Everything that is known to be there.
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

    /// Everything of a kind.
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = (&str, &Thing)> {
        let of_kind = self.things.iter().filter(move |((its, _), _)| *its == kind);
        of_kind.map(|((_, id), thing)| (id.as_str(), thing))
    }

    /// The things of these kinds that use a thing, itself left out.
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

    /// Lets a thing go, at once or at some time, and with it its own parts of these kinds.
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
