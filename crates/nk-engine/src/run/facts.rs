//! What is known so far of what AWS has assigned.

use std::collections::{HashMap, HashSet};

use nk_model::{Action, Address, Json, LiveValue, Plan, resolve};

/// Outputs by address.
pub(super) struct Facts {
    known: HashMap<Address, LiveValue>,
    /// What is made anew: an update there is of the one that goes.
    replaced: HashSet<Address>,
}

impl Facts {
    /// What the plan knows from the start.
    pub(super) fn new(plan: &Plan) -> Self {
        let of = |action| plan.steps.iter().filter(move |step| step.action == action);
        let replaced = of(Action::ReplaceCreate).map(|step| step.address.clone()).collect();
        let mut facts = Self { known: HashMap::new(), replaced };
        for live in &plan.unchanged {
            facts.known.insert(live.address.clone(), live.clone());
        }
        for live in of(Action::Update).filter_map(|step| step.live.as_ref()) {
            facts.learn(Action::Update, live);
        }
        facts
    }

    /// Takes in what AWS shows now that a step does this; says whether that is more than before.
    pub(super) fn learn(&mut self, action: Action, live: &LiveValue) -> bool {
        let goes = action == Action::Update && self.replaced.contains(&live.address);
        let known = self.known.get(&live.address);
        let news = !goes && known.is_none_or(|known| known.outputs != live.outputs);
        if news {
            self.known.insert(live.address.clone(), live.clone());
        }
        news
    }

    /// Whether all of these outputs of a resource are known.
    pub(super) fn hold(&self, address: &Address, outputs: &[String]) -> bool {
        let known = self.known.get(address);
        outputs.iter().all(|output| known.is_some_and(|live| live.output(output).is_some()))
    }

    /// The spec with every reference filled that can be.
    pub(super) fn resolve(&self, spec: &Json) -> Json {
        resolve(spec, &mut |placeholder| {
            self.known.get(&placeholder.address)?.output(&placeholder.output)
        })
    }
}
