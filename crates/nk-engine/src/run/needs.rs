//! Which steps wait for which. News of a step touches only the steps that wait for it; otherwise a
//! run of many thousand steps would spend its time asking all of them.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use nk_model::{Address, Plan, StepId, Until, placeholders_in};

use super::facts::Facts;

/// One need of a step, seen from the step that it names.
struct Waiter {
    /// The step that waits.
    step: StepId,
    /// The outputs that it refers to, if knowing them is enough.
    outputs: Option<Vec<String>>,
    /// Whether the need is met. If the resource is lost after all, the waiting step is lost with
    /// it.
    met: bool,
}

/// What the steps that have not started wait for.
pub(super) struct Needs {
    /// By step: the number of its needs that are not met.
    unmet: Vec<usize>,
    /// By step: the needs that name it.
    waiters: Vec<Vec<Waiter>>,
    /// The steps that have not started.
    waiting: BTreeSet<StepId>,
    /// Those whose needs are all met.
    free: BTreeSet<StepId>,
    /// Those that need a step which will never be done.
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

    /// Records that a step is done.
    pub(super) fn done(&mut self, id: StepId) {
        for waiter in std::mem::take(&mut self.waiters[id]) {
            if !waiter.met {
                self.meet(waiter.step);
            }
        }
    }

    /// Records that a step's resource shows more than before.
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

    /// Records that a step will never be done, and with it none of those that need it.
    pub(super) fn lost(&mut self, id: StepId) {
        for waiter in std::mem::take(&mut self.waiters[id]) {
            if self.waiting.contains(&waiter.step) {
                self.hopeless.insert(waiter.step);
            }
        }
    }

    /// The steps that may start, the one with the longest remaining path first; they stop waiting.
    pub(super) fn begin(&mut self, plan: &Plan) -> Vec<StepId> {
        let mut free: Vec<_> = std::mem::take(&mut self.free).into_iter().collect();
        free.sort_by(|a, b| longer(plan, *a, *b));
        for id in &free {
            self.waiting.remove(id);
        }
        free
    }

    /// The first step that can no longer be done; it stops waiting.
    pub(super) fn skip(&mut self) -> Option<StepId> {
        let id = self.hopeless.pop_first()?;
        self.waiting.remove(&id);
        self.free.remove(&id);
        Some(id)
    }

    /// All steps that have not started; they stop waiting.
    pub(super) fn give_up(&mut self) -> BTreeSet<StepId> {
        self.free.clear();
        self.hopeless.clear();
        std::mem::take(&mut self.waiting)
    }
}

/// Whether more follows after `a` than after `b`.
fn longer(plan: &Plan, a: StepId, b: StepId) -> Ordering {
    plan.steps[b].remaining.cmp(&plan.steps[a].remaining)
}

/// The steps at each address: both halves of a replacement, and everything else there.
pub(super) fn by_address(plan: &Plan) -> BTreeMap<Address, Vec<StepId>> {
    let mut steps: BTreeMap<Address, Vec<StepId>> = BTreeMap::new();
    for (id, step) in plan.steps.iter().enumerate() {
        steps.entry(step.address.clone()).or_default().push(id);
    }
    steps
}
