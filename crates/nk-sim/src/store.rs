//! What exists, found by id, kind, address, output and reference: a cloud with many thousand
//! resources answers each call as quickly as one with ten.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nk_model::{Address, Binding, Json, Live, LiveValue, Owner, Phase};
use tokio::time::Instant;

/// One resource.
pub(crate) struct Resource {
    pub(crate) address: Address,
    pub(crate) spec: Json,
    pub(crate) untold: BTreeSet<String>,
    pub(crate) beyond: BTreeMap<String, String>,
    pub(crate) outputs: Json,
    pub(crate) owner: Owner,
    pub(crate) vacant: bool,
    pub(crate) busy_until: Instant,
    /// When AWS assigns the outputs that are not in the answer to the create.
    pub(crate) late: Vec<(&'static str, Instant)>,
    pub(crate) gone_at: Option<Instant>,
    /// Why it fails, if it does.
    pub(crate) failure: Option<String>,
    /// What AWS shows instead of the spec, and until when.
    pub(crate) stale: Option<(Instant, Json)>,
    /// Whether it stays in any case.
    pub(crate) sticks: bool,
}

type Ids = BTreeSet<String>;

/// Everything, by id and by the other keys.
#[derive(Default)]
pub(crate) struct Store {
    resources: BTreeMap<String, Resource>,
    by_kind: HashMap<String, Ids>,
    by_address: HashMap<Address, Ids>,
    /// The resource whose output has a value.
    holders: HashMap<Binding, Ids>,
    /// The resources whose spec refers to a value.
    referrers: HashMap<Binding, Ids>,
    /// When a deletion ends.
    departures: BTreeSet<(Instant, String)>,
}

impl Store {
    pub(crate) fn get(&self, id: &str) -> Option<&Resource> {
        self.resources.get(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Resource)> {
        self.resources.iter()
    }

    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&String, &Resource)> {
        self.these(self.by_kind.get(kind))
    }

    pub(crate) fn at(&self, address: &Address) -> impl Iterator<Item = (&String, &Resource)> {
        self.these(self.by_address.get(address))
    }

    /// The resources whose output has this value.
    pub(crate) fn holding(&self, value: &Binding) -> impl Iterator<Item = &Resource> {
        self.these(self.holders.get(value)).map(|(_, one)| one)
    }

    /// The resources whose spec refers to this value.
    pub(crate) fn referring(&self, value: &Binding) -> impl Iterator<Item = &Resource> {
        self.these(self.referrers.get(value)).map(|(_, one)| one)
    }

    fn these<'a>(
        &'a self,
        ids: Option<&'a Ids>,
    ) -> impl Iterator<Item = (&'a String, &'a Resource)> {
        ids.into_iter().flatten().map(|id| (id, &self.resources[id]))
    }

    /// Adds a resource, or replaces the one with this id.
    pub(crate) fn insert(&mut self, id: String, one: Resource) {
        self.remove(&id);
        self.by_kind.entry(one.address.kind().to_owned()).or_default().insert(id.clone());
        self.by_address.entry(one.address.clone()).or_default().insert(id.clone());
        for value in one.values() {
            self.holders.entry(value).or_default().insert(id.clone());
        }
        for value in one.references() {
            self.referrers.entry(value).or_default().insert(id.clone());
        }
        if let Some(gone) = one.gone_at {
            self.departures.insert((gone, id.clone()));
        }
        self.resources.insert(id, one);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Resource> {
        let one = self.resources.remove(id)?;
        without(&mut self.by_kind, one.address.kind(), id);
        without(&mut self.by_address, &one.address, id);
        for value in one.values() {
            without(&mut self.holders, &value, id);
        }
        for value in one.references() {
            without(&mut self.referrers, &value, id);
        }
        Some(one)
    }

    /// Deletes everything at an address.
    pub(crate) fn clear(&mut self, address: &Address) {
        for id in self.by_address.get(address).cloned().unwrap_or_default() {
            self.remove(&id);
        }
    }

    /// Changes a resource; returns whether it exists.
    pub(crate) fn change(&mut self, id: &str, change: impl FnOnce(&mut Resource)) -> bool {
        let Some(mut one) = self.remove(id) else { return false };
        change(&mut one);
        self.insert(id.to_owned(), one);
        true
    }

    /// Removes what has been deleted by now.
    pub(crate) fn sweep(&mut self) {
        let now = Instant::now();
        while self.departures.first().is_some_and(|(gone, _)| *gone <= now) {
            let Some((_, id)) = self.departures.pop_first() else { return };
            // A second deletion makes it end later.
            if self.get(&id).is_some_and(|one| one.gone_at.is_some_and(|gone| gone <= now)) {
                self.remove(&id);
            }
        }
    }
}

fn without<K, Q>(index: &mut HashMap<K, Ids>, key: &Q, id: &str)
where
    K: std::borrow::Borrow<Q> + std::hash::Hash + Eq,
    Q: std::hash::Hash + Eq + ?Sized,
{
    if let Some(ids) = index.get_mut(key) {
        ids.remove(id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

impl Resource {
    /// Its outputs, as references name them.
    pub(crate) fn values(&self) -> Vec<Binding> {
        let Some(kind) = nk_kinds::kind(self.address.kind()) else { return Vec::new() };
        let values = kind.outputs.iter().filter_map(|output| {
            let value = self.outputs.get(output)?.as_str()?.to_owned();
            Some(Binding { kind: kind.kind, output, value })
        });
        values.collect()
    }

    fn references(&self) -> Vec<Binding> {
        let kind = nk_kinds::kind(self.address.kind());
        kind.and_then(|kind| (kind.bindings)(&self.spec).ok()).unwrap_or_default()
    }

    /// What AWS has assigned by now.
    fn known(&self, now: Instant) -> Json {
        let mut outputs = self.outputs.clone();
        for (output, _) in self.late.iter().filter(|(_, at)| *at > now) {
            outputs[*output] = Json::Null;
        }
        outputs
    }

    pub(crate) fn live(&self, id: &str) -> LiveValue {
        let now = Instant::now();
        let phase = match (self.gone_at, &self.failure) {
            (Some(_), _) => Phase::Leaving("deleting".into()),
            (None, _) if self.busy_until > now => Phase::Busy("pending".into()),
            (None, Some(reason)) => Phase::Failed(reason.clone()),
            (None, None) => Phase::Ready,
        };
        let stale = self.stale.as_ref().filter(|(until, _)| *until > now);
        Live {
            address: self.address.clone(),
            id: id.to_owned(),
            spec: stale.map_or(&self.spec, |(_, spec)| spec).clone(),
            untold: self.untold.clone(),
            beyond: self.beyond.clone(),
            outputs: self.known(now),
            phase,
            owner: self.owner.clone(),
            vacant: self.vacant,
            notes: Vec::new(),
        }
    }
}
