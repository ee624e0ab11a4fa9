//! What is known so far of what AWS has assigned.

use std::collections::HashMap;

use nk_model::{Action, Address, Json, LiveValue, Plan, Step, resolve};

/// Outputs by address.
pub(super) struct Facts(HashMap<Address, LiveValue>);

impl Facts {
    /// What the plan knows from the start.
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

    /// Takes in what AWS shows now of a step's resource; says whether that is more than before.
    pub(super) fn learn(&mut self, step: &Step, live: &LiveValue) -> bool {
        // After an update before a destroy, only the outputs of a replacement are needed.
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

    /// The spec with every reference filled that can be.
    pub(super) fn resolve(&self, spec: &Json) -> Json {
        resolve(spec, &mut |placeholder| {
            self.0.get(&placeholder.address)?.output(&placeholder.output)
        })
    }
}
