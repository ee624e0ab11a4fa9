//! Which steps wait for which, kept so that news of a step costs only a look at those that wait
//! for it: a run of many thousand steps would otherwise spend its time in asking all of them.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use nk_model::{Address, Plan, StepId, Until, placeholders_in};

use super::facts::Facts;

/// One need of one step, seen from the step that it is for.
struct Waiter {
    /// The step that waits.
    step: StepId,
    /// The outputs it refers to, where knowing them is enough.
    outputs: Option<Vec<String>>,
    /// Whether the need is met. If the resource fails after all, the step that waits is skipped.
    met: bool,
}

/// What the steps that have not begun wait for.
pub(super) struct Needs {
    /// By step: how many of its needs are not met.
    unmet: Vec<usize>,
    /// By step: the needs that are for it.
    waiters: Vec<Vec<Waiter>>,
    /// The steps that have not begun.
    waiting: BTreeSet<StepId>,
    /// Those of them whose needs are all met.
    free: BTreeSet<StepId>,
    /// Those of them that need a step which will never be done.
    hopeless: BTreeSet<StepId>,
}

impl Needs {
    pub(super) fn new(plan: &Plan, facts: &Facts) -> Self {
        let count = plan.steps.len();
        let mut needs = Self {
            unmet: vec![0; count],
            waiters: (0..count).map(|_| Vec::new()).collect(),
            waiting: (0..count).collect(),
            free: BTreeSet::new(),
            hopeless: BTreeSet::new(),
        };
        for (id, step) in plan.steps.iter().enumerate() {
            let mut outputs: HashMap<Address, Vec<String>> = HashMap::new();
            if step.needs.iter().any(|need| need.until == Until::Known) {
                for placeholder in placeholders_in(&step.spec) {
                    outputs.entry(placeholder.address).or_default().push(placeholder.output);
                }
            }
            for need in &step.needs {
                let address = &plan.steps[need.step].address;
                let outputs = match need.until {
                    Until::Ended => None,
                    Until::Known => Some(outputs.get(address).cloned().unwrap_or_default()),
                };
                let met = outputs.as_ref().is_some_and(|outputs| facts.hold(address, outputs));
                needs.unmet[id] += usize::from(!met);
                needs.waiters[need.step].push(Waiter { step: id, outputs, met });
            }
        }
        needs.free = needs.waiting.iter().copied().filter(|id| needs.unmet[*id] == 0).collect();
        needs
    }

    /// Takes in that a step is done.
    pub(super) fn done(&mut self, id: StepId) {
        for waiter in std::mem::take(&mut self.waiters[id]) {
            if !waiter.met {
                self.meet(waiter.step);
            }
        }
    }

    /// Takes in that a step's resource shows more than before.
    pub(super) fn known(&mut self, id: StepId, address: &Address, facts: &Facts) {
        let mut waiters = std::mem::take(&mut self.waiters[id]);
        for waiter in waiters.iter_mut().filter(|waiter| !waiter.met) {
            waiter.met =
                waiter.outputs.as_ref().is_some_and(|outputs| facts.hold(address, outputs));
            if waiter.met {
                self.meet(waiter.step);
            }
        }
        self.waiters[id] = waiters;
    }

    fn meet(&mut self, id: StepId) {
        self.unmet[id] -= 1;
        if self.unmet[id] == 0 && self.waiting.contains(&id) {
            self.free.insert(id);
        }
    }

    /// Takes in that a step will never be done, and with it none of those that need it.
    pub(super) fn lost(&mut self, id: StepId) {
        for waiter in std::mem::take(&mut self.waiters[id]) {
            if self.waiting.contains(&waiter.step) {
                self.hopeless.insert(waiter.step);
            }
        }
    }

    /// The steps that may begin, the longest remaining way first; they wait no longer.
    pub(super) fn begin(&mut self, plan: &Plan) -> Vec<StepId> {
        let mut free: Vec<_> = std::mem::take(&mut self.free).into_iter().collect();
        free.sort_by(|a, b| longer(plan, *a, *b));
        for id in &free {
            self.waiting.remove(id);
        }
        free
    }

    /// The first of the steps that cannot be done any more; it waits no longer.
    pub(super) fn skip(&mut self) -> Option<StepId> {
        let id = self.hopeless.pop_first()?;
        self.waiting.remove(&id);
        self.free.remove(&id);
        Some(id)
    }

    /// All steps that have not begun; none waits any longer.
    pub(super) fn give_up(&mut self) -> BTreeSet<StepId> {
        self.free.clear();
        self.hopeless.clear();
        std::mem::take(&mut self.waiting)
    }
}

/// Whether there is more to come after `a` than after `b`.
fn longer(plan: &Plan, a: StepId, b: StepId) -> Ordering {
    plan.steps[b].remaining.cmp(&plan.steps[a].remaining)
}

/// The steps at each address: both halves of a replacement, and what else stands there.
pub(super) fn by_address(plan: &Plan) -> BTreeMap<Address, Vec<StepId>> {
    let mut steps: BTreeMap<Address, Vec<StepId>> = BTreeMap::new();
    for (id, step) in plan.steps.iter().enumerate() {
        steps.entry(step.address.clone()).or_default().push(id);
    }
    steps
}
