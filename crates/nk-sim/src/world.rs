//! What exists, and what AWS would refuse.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nk_engine::{CloudError, CloudResult, Departure, Nature};
use nk_model::{
    Address, Binding, Change, KindInfo, LiveValue, Operation, Owner, Replace, Usual, field,
};
use serde_json::{Map, Value as Json};
use tokio::time::{Duration, Instant};

use crate::{
    fault::{Fate, Fault},
    lock::Parameter,
    store::{Resource, Store},
};

/// Everything.
pub(crate) struct World {
    pub(crate) resources: Store,
    pub(crate) fault: Option<Fault>,
    pub(crate) reads: usize,
    pub(crate) changes: usize,
    pub(crate) lock: Parameter,
    /// How many times its usual time everything takes.
    pub(crate) slowness: f64,
    /// What fails when it is created, and why.
    pub(crate) thwarted: HashMap<Address, String>,
    /// What somebody else changes with every update, and where.
    pub(crate) contested: HashMap<Address, String>,
    /// How long after a deletion a name is not free.
    pub(crate) lingering: Duration,
    /// How long AWS shows old values after an update.
    pub(crate) lag: Duration,
    /// The ids that are not free yet, and until when.
    held: HashMap<String, Instant>,
    made: usize,
}

impl Default for World {
    fn default() -> Self {
        Self {
            resources: Store::default(),
            fault: None,
            reads: 0,
            changes: 0,
            lock: Parameter::default(),
            slowness: 1.0,
            thwarted: HashMap::new(),
            contested: HashMap::new(),
            lingering: Duration::ZERO,
            lag: Duration::ZERO,
            held: HashMap::new(),
            made: 0,
        }
    }
}

impl World {
    /// When an operation that begins now ends, or an output is known.
    fn after(
        &self,
        kind: &str,
        operation: Operation,
        output: Option<&str>,
        spec: &Json,
    ) -> Option<Instant> {
        let all = (nk_kinds::kind(kind)?.usual)();
        let usual = Usual::best(all, operation, output, spec)?;
        let more = usual.plus.as_ref().and_then(|plus| {
            let reference = field(spec, &plus.through)?.as_str()?;
            let all = nk_kinds::KINDS.iter().flat_map(|of| {
                let outputs = of.outputs.iter();
                outputs.map(|output| Binding { kind: of.kind, output, value: reference.to_owned() })
            });
            let other = all.into_iter().find_map(|value| self.resources.holding(&value).next())?;
            field(&other.spec, &plus.field)?.as_f64()
        });
        let takes = usual.spread.median + Duration::from_secs_f64(more.unwrap_or(0.0));
        Some(Instant::now() + takes.mul_f64(self.slowness))
    }

    /// Counts a call and decides what happens to it.
    pub(crate) fn count(&mut self, change: bool, operation: &str) -> Fate {
        let lock = operation.ends_with("Lock");
        if change && !lock {
            self.changes += 1;
        } else {
            self.reads += 1;
        }
        if lock {
            return Fate::Well;
        }
        Fate::of(&mut self.fault, change, self.changes, operation)
    }

    pub(crate) fn everything(&mut self) -> Vec<LiveValue> {
        self.resources.sweep();
        self.resources.iter().map(|(id, one)| one.live(id)).collect()
    }

    pub(crate) fn of_kind(&mut self, kind: &str) -> Vec<LiveValue> {
        self.resources.sweep();
        self.resources.of_kind(kind).map(|(id, one)| one.live(id)).collect()
    }

    pub(crate) fn at(&mut self, address: &Address) -> Vec<LiveValue> {
        self.resources.sweep();
        self.resources.at(address).map(|(id, one)| one.live(id)).collect()
    }

    pub(crate) fn plant(&mut self, live: LiveValue) {
        let resource = Resource {
            address: live.address,
            spec: live.spec,
            untold: live.untold,
            beyond: live.beyond,
            outputs: live.outputs,
            owner: live.owner,
            vacant: live.vacant,
            busy_until: Instant::now(),
            late: Vec::new(),
            gone_at: None,
            failure: None,
            stale: None,
            sticks: false,
        };
        self.resources.insert(live.id, resource);
    }

    pub(crate) fn create(
        &mut self,
        kind: &KindInfo,
        address: Address,
        spec: Json,
    ) -> CloudResult<LiveValue> {
        self.resources.sweep();
        let several = matches!(kind.replacement.how, Replace::CreateFirst(_) | Replace::Supersede)
            || !kind.identity.guarded;
        let id = self.id(kind, &spec, several);
        let held = self.held.get(&id).is_some_and(|until| *until > Instant::now());
        if held || !several && self.resources.at(&address).next().is_some() {
            return Err(refused("Create", "SimAlreadyExists", &format!("{address} exists")));
        }
        if kind.identity.guarded {
            // Its name or its token shows that the call is a repetition.
            let mut there = self.resources.at(&address);
            if let Some((id, one)) =
                there.find(|(_, one)| one.gone_at.is_none() && one.spec == spec)
            {
                return Ok(one.live(id));
            }
        }
        self.refers_to_what_exists(kind, &spec)?;
        if let Some(excludes) = kind.excludes {
            // Only resources in the same place can be in each other's way.
            let places = (kind.bindings)(&spec).unwrap_or_default();
            let mut others = places.iter().flat_map(|place| self.resources.referring(place));
            let other = others.find(|one| {
                one.address.kind() == kind.kind && excludes(&spec, &one.spec).unwrap_or(false)
            });
            if let Some(other) = other {
                return Err(refused("Create", "SimConflict", other.address.as_str()));
            }
        }
        if kind.replacement.how == Replace::Supersede {
            self.resources.clear(&address);
        }
        let outputs: Map<_, _> = kind
            .outputs
            .iter()
            .map(|output| ((*output).to_owned(), Json::from(format!("{id}/{output}"))))
            .collect();
        let after = |output| self.after(kind.kind, Operation::Create, output, &spec);
        let late = kind.outputs.iter().filter_map(|output| Some((*output, after(Some(output))?)));
        let (late, busy_until) = (late.collect(), after(None).unwrap_or_else(Instant::now));
        let failure = self.thwarted.get(&address).cloned();
        let resource = Resource {
            address,
            spec,
            untold: BTreeSet::new(),
            beyond: BTreeMap::new(),
            outputs: outputs.into(),
            owner: Owner::Ours,
            vacant: true,
            busy_until,
            late,
            gone_at: None,
            failure,
            stale: None,
            sticks: false,
        };
        let live = resource.live(&id);
        self.resources.insert(id, resource);
        Ok(live)
    }

    /// The id of a new resource: made from its name if that is unique, otherwise unlike any before.
    fn id(&mut self, kind: &KindInfo, spec: &Json, several: bool) -> String {
        match spec.get("name").and_then(Json::as_str) {
            Some(name) if !several => format!("{}-{name}", kind.kind),
            _ => {
                self.made += 1;
                format!("{}-{:04}", kind.kind, self.made)
            }
        }
    }

    pub(crate) fn update(
        &mut self,
        kind: &KindInfo,
        id: &str,
        address: Address,
        mut spec: Json,
        changes: &[Change],
    ) -> CloudResult<()> {
        self.refers_to_what_exists(kind, &spec)?;
        let fixed =
            |one: &&Change| !one.fills() && kind.replacement.immutable.contains(&one.field());
        if let Some(change) = changes.iter().find(fixed) {
            return Err(refused("Update", "SimImmutable", &change.path));
        }
        let contested = self.contested.get(&address).and_then(|at| spec.pointer_mut(at));
        if let Some(value) = contested {
            *value = format!("theirs, {}", self.changes).into();
        }
        let busy_until = self.after(kind.kind, Operation::Update, None, &spec);
        let until = Instant::now() + self.lag;
        let found = self.resources.change(id, |one| {
            // The address is a tag like any other.
            one.address = address;
            one.beyond.clear();
            one.stale = Some((until, std::mem::replace(&mut one.spec, spec)));
            one.busy_until = busy_until.unwrap_or_else(Instant::now);
        });
        if found { Ok(()) } else { Err(refused("Update", "SimNotFound", id)) }
    }

    pub(crate) fn delete(&mut self, kind: &KindInfo, id: &str) -> CloudResult<Departure> {
        self.resources.sweep();
        if let Some(holder) = self.referrer(kind, id) {
            return Err(refused("Delete", "SimInUse", &format!("{id} is used by {holder}")));
        }
        let Some(one) = self.resources.get(id) else { return Ok(Departure::Gone) };
        if one.sticks {
            return Ok(Departure::Going);
        }
        let gone = self.after(kind.kind, Operation::Destroy, None, &one.spec);
        let gone = gone.unwrap_or_else(Instant::now);
        self.held.insert(id.to_owned(), gone + self.lingering);
        self.resources.change(id, |one| one.gone_at = Some(gone));
        Ok(Departure::Going)
    }

    /// Who holds a resource: resources whose spec has a typed reference to one of its outputs.
    fn referrer(&self, kind: &KindInfo, id: &str) -> Option<&Address> {
        let values = self.resources.get(id)?.values();
        let referrers = values.iter().flat_map(|value| self.resources.referring(value));
        // Everything in a VPC holds the VPC.
        let holds = |one: &&Resource| {
            kind.kind == "vpc"
                || nk_kinds::kind(one.address.kind()).is_some_and(|kind| kind.ties.holds)
        };
        referrers.filter(holds).map(|one| &one.address).next()
    }

    fn refers_to_what_exists(&self, kind: &KindInfo, spec: &Json) -> CloudResult<()> {
        let bindings = (kind.bindings)(spec)
            .map_err(|error| refused("Create", "SimValidation", &error.to_string()))?;
        // What AWS creates in every account exists, such as `default.postgres15`.
        let made = bindings.into_iter().filter(|binding| !binding.value.starts_with("default."));
        for binding in made {
            let exists = self.resources.holding(&binding).any(|one| one.gone_at.is_none());
            if !exists {
                return Err(refused("Create", "SimNotFound", &binding.value));
            }
        }
        Ok(())
    }
}

fn refused(operation: &str, code: &str, message: &str) -> CloudError {
    let nature = match code {
        "SimAlreadyExists" | "SimConflict" => Nature::Taken,
        _ => Nature::Refused,
    };
    let code = Some(code.to_owned());
    CloudError { code, ..CloudError::new(nature, format!("sim:{operation}"), message) }
}
