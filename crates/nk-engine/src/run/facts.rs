//! What is known so far of what AWS has assigned.

use std::collections::HashMap;

use nk_model::{Action, Address, Json, LiveValue, Plan, Step, resolve};

/// Outputs by address.
pub(super) struct Facts(HashMap<Address, LiveValue>);

impl Facts {
    /// What the plan knows from the beginning.
    pub(super) fn new(plan: &Plan) -> Self {
        let unchanged = plan.unchanged.iter().map(|live| (live.address.clone(), live.clone()));
        let mut facts = Self(unchanged.collect());
        for step in plan.steps.iter().filter(|step| step.action == Action::Update) {
            if let Some(live) = &step.live {
                facts.learn(step, live);
            }
        }
        facts
    }

    /// Adds what AWS now shows of a step's resource; returns whether that is new.
    pub(super) fn learn(&mut self, step: &Step, live: &LiveValue) -> bool {
        // Nobody needs an output of a resource that is deleted afterwards, but perhaps one of its
        // successor.
        let news = !step.part.precedes_destroy()
            && self.0.get(&live.address).is_none_or(|known| known.outputs != live.outputs);
        if news {
            self.0.insert(live.address.clone(), live.clone());
        }
        news
    }

    /// Whether all of these outputs of a resource are known.
    pub(super) fn hold(&self, address: &Address, outputs: &[String]) -> bool {
        let known = self.0.get(address);
        outputs.iter().all(|output| known.is_some_and(|live| live.output(output).is_some()))
    }

    /// The spec with every reference resolved that can be.
    pub(super) fn resolve(&self, spec: &Json) -> Json {
        resolve(spec, &mut |placeholder| {
            self.0.get(&placeholder.address)?.output(&placeholder.output)
        })
    }
}
