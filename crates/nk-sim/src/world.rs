//! What exists, and what AWS would not let happen to it.

use std::collections::BTreeMap;

use nk_engine::{CloudError, CloudResult, Departure};
use nk_model::{Address, Change, KindInfo, Live, LiveValue, Owner, Phase, Replace};
use serde_json::{Map, Value as Json};
use tokio::time::{Duration, Instant};

use crate::{
    fault::{Fate, Fault},
    lock::Parameter,
};

/// One resource.
pub(crate) struct Resource {
    pub(crate) address: Address,
    pub(crate) spec: Json,
    outputs: Json,
    owner: Owner,
    vacant: bool,
    busy_until: Instant,
    gone_at: Option<Instant>,
}

/// Everything.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) resources: BTreeMap<String, Resource>,
    pub(crate) fault: Option<Fault>,
    pub(crate) reads: usize,
    pub(crate) changes: usize,
    pub(crate) lock: Parameter,
    made: usize,
}

impl World {
    /// Counts a call and tells what becomes of it.
    pub(crate) fn count(&mut self, change: bool, operation: &str) -> Fate {
        let lock = operation.ends_with("Lock");
        if change && !lock {
            self.changes += 1;
        } else {
            self.reads += 1;
        }
        if lock { Fate::Well } else { Fate::of(self.fault.as_ref(), change, self.changes) }
    }

    fn sweep(&mut self) {
        let now = Instant::now();
        self.resources.retain(|_, one| one.gone_at.is_none_or(|gone| gone > now));
    }

    pub(crate) fn everything(&mut self) -> Vec<LiveValue> {
        self.sweep();
        self.resources.iter().map(|(id, one)| one.live(id)).collect()
    }

    pub(crate) fn of_kind(&mut self, kind: &str) -> Vec<LiveValue> {
        self.everything().into_iter().filter(|live| live.address.kind() == kind).collect()
    }

    pub(crate) fn plant(&mut self, live: LiveValue) {
        let resource = Resource {
            address: live.address,
            spec: live.spec,
            outputs: live.outputs,
            owner: live.owner,
            vacant: live.vacant,
            busy_until: Instant::now(),
            gone_at: None,
        };
        self.resources.insert(live.id, resource);
    }

    pub(crate) fn create(
        &mut self,
        kind: &KindInfo,
        address: Address,
        spec: Json,
    ) -> CloudResult<LiveValue> {
        self.sweep();
        let several =
            matches!(kind.replace, Replace::CreateFirst(_) | Replace::Supersede) || !kind.guarded;
        if !several && self.resources.values().any(|one| one.address == address) {
            return Err(refused("Create", "SimAlreadyExists", &format!("{address} exists")));
        }
        self.refers_to_what_exists(kind, &spec)?;
        if kind.replace == Replace::Supersede {
            self.resources.retain(|_, one| one.address != address);
        }
        self.made += 1;
        let id = format!("{}-{:04}", kind.kind, self.made);
        let outputs: Map<_, _> = kind
            .outputs
            .iter()
            .map(|output| ((*output).to_owned(), Json::from(format!("{id}/{output}"))))
            .collect();
        let resource = Resource {
            address,
            spec,
            outputs: outputs.into(),
            owner: Owner::Ours,
            vacant: true,
            busy_until: Instant::now() + Duration::from_secs_f64(kind.pace.create),
            gone_at: None,
        };
        let live = resource.live(&id);
        self.resources.insert(id, resource);
        Ok(live)
    }

    pub(crate) fn update(
        &mut self,
        kind: &KindInfo,
        id: &str,
        spec: Json,
        changes: &[Change],
    ) -> CloudResult<()> {
        self.refers_to_what_exists(kind, &spec)?;
        let fixed = |one: &&Change| !one.fills() && kind.immutable.contains(&one.field());
        if let Some(change) = changes.iter().find(fixed) {
            return Err(refused("Update", "SimImmutable", &change.path));
        }
        let missing = || refused("Update", "SimNotFound", id);
        let one = self.resources.get_mut(id).ok_or_else(missing)?;
        one.spec = spec;
        one.busy_until = Instant::now() + Duration::from_secs_f64(kind.pace.update);
        Ok(())
    }

    pub(crate) fn delete(&mut self, kind: &KindInfo, id: &str) -> CloudResult<Departure> {
        self.sweep();
        if let Some(holder) = self.referrer(kind, id) {
            return Err(refused("Delete", "SimInUse", &format!("{id} is used by {holder}")));
        }
        let Some(one) = self.resources.get_mut(id) else { return Ok(Departure::Gone) };
        one.gone_at = Some(Instant::now() + Duration::from_secs_f64(kind.pace.destroy));
        Ok(Departure::Going)
    }

    /// Who holds on to a resource: whose spec has a typed reference to one of its outputs.
    fn referrer(&self, kind: &KindInfo, id: &str) -> Option<&Address> {
        let outputs = &self.resources.get(id)?.outputs;
        self.resources.values().find_map(|one| {
            let referrer = nk_kinds::kind(one.address.kind())?;
            // Whatever stands in a VPC holds the VPC.
            if !referrer.holds && kind.kind != "vpc" {
                return None;
            }
            let bindings = (referrer.bindings)(&one.spec).ok()?;
            let holds = bindings.iter().any(|binding| {
                binding.kind == kind.kind && outputs[binding.output] == binding.value.as_str()
            });
            holds.then_some(&one.address)
        })
    }

    fn refers_to_what_exists(&self, kind: &KindInfo, spec: &Json) -> CloudResult<()> {
        let bindings = (kind.bindings)(spec)
            .map_err(|error| refused("Create", "SimValidation", &error.to_string()))?;
        // What AWS itself makes in every account is there, as `default.postgres15` is.
        let made = bindings.into_iter().filter(|binding| !binding.value.starts_with("default."));
        for binding in made {
            let exists = self.resources.values().any(|one| {
                one.address.kind() == binding.kind
                    && one.gone_at.is_none()
                    && one.outputs[binding.output] == binding.value.as_str()
            });
            if !exists {
                return Err(refused("Create", "SimNotFound", &binding.value));
            }
        }
        Ok(())
    }
}

impl Resource {
    fn live(&self, id: &str) -> LiveValue {
        let now = Instant::now();
        let phase = match self.gone_at {
            Some(_) => Phase::Leaving("deleting".into()),
            None if self.busy_until > now => Phase::Busy("pending".into()),
            None => Phase::Ready,
        };
        Live {
            address: self.address.clone(),
            id: id.to_owned(),
            spec: self.spec.clone(),
            outputs: self.outputs.clone(),
            phase,
            owner: self.owner.clone(),
            vacant: self.vacant,
            notes: Vec::new(),
        }
    }
}

fn refused(operation: &str, code: &str, message: &str) -> CloudError {
    CloudError {
        code: Some(code.to_owned()),
        ..CloudError::refused(format!("sim:{operation}"), message)
    }
}
