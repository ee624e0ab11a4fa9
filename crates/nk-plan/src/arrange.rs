//! From what becomes of each resource to steps, and what each step needs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use nk_model::{
    Action, Address, Desired, Forecast, LiveValue, Need, Operation, Phase, Plan, Registry, Spread,
    Step, StepId, Until, placeholders_in,
};
use petgraph::{
    Direction,
    algo::{has_path_connecting, toposort},
    graph::DiGraph,
};
use serde_json::Value as Json;

use crate::{
    PlanError, Problem,
    decide::{Decision, Fate},
    entangled::Entangled,
    farewell::farewell,
    openings::{Touched, opened},
};

/// The steps, each after all that it needs.
pub(crate) fn arrange(
    desired: &Desired,
    decisions: Vec<Decision>,
    registry: Registry,
) -> Result<Plan, PlanError> {
    let mut unchanged = Vec::new();
    let mut steps = Vec::new();
    let create_first: HashSet<_> = decisions
        .iter()
        .filter(|decision| decision.fate == Fate::ReplaceCreateFirst)
        .map(|decision| decision.address.clone())
        .collect();
    let touched = Touched::by(&decisions, registry);
    let entangled = Entangled::among(&decisions, registry);
    let mut closing = HashSet::new();
    for mut decision in decisions {
        if let Some(shutting) = entangled.shut(&mut decision) {
            closing.insert(steps.len());
            steps.push(step(shutting, Action::Update));
        }
        match decision.fate {
            Fate::Unchanged => unchanged.extend(decision.live),
            Fate::Create => steps.push(step(decision, Action::Create)),
            Fate::Update => {
                let (first, last) = opened(decision, &touched, registry);
                steps.extend(first.map(|decision| step(decision, Action::Update)));
                if let Some(decision) = last {
                    closing.insert(steps.len());
                    steps.push(step(decision, Action::Update));
                }
            }
            Fate::Supersede => steps.push(step(decision, Action::Supersede)),
            Fate::Destroy => {
                let before = farewell(desired, &mut decision, registry);
                steps.extend(before.map(|before| step(before, Action::Update)));
                steps.push(step(decision, Action::Destroy));
            }
            Fate::ReplaceDestroyFirst | Fate::ReplaceCreateFirst => {
                let [destroy, create] = halves(decision);
                steps.push(destroy);
                steps.push(create);
            }
        }
    }
    let index = Index::new(desired, &steps, create_first, closing, registry);
    let mut needs: Vec<BTreeSet<Need>> = vec![BTreeSet::new(); steps.len()];
    for (id, step) in steps.iter().enumerate() {
        match step.action.operation() {
            Operation::Create | Operation::Update => {
                index.making(desired, step, &mut needs[id]);
                needs[id].extend(index.in_the_way(step, &steps).map(ended));
                needs[id].extend(index.users(id, step, &steps).into_iter().map(ended));
            }
            Operation::Destroy => index.removing(id, step, &steps, &mut needs[id]),
        }
    }
    for (step, needs) in steps.iter_mut().zip(needs) {
        step.needs = needs.into_iter().collect();
    }
    if let Some(problem) = index.occupied(&steps) {
        return Err(problem.into());
    }
    let steps = sorted(steps)?;
    let (stack, notes) = (desired.stack.clone(), desired.notes.clone());
    Ok(Plan { stack, steps, unchanged, notes, forecast: Forecast::default() })
}

fn step(decision: Decision, action: Action) -> Step {
    let Decision { address, spec, live, changes, reason, .. } = decision;
    Step {
        address,
        action,
        reason,
        changes,
        spec,
        live,
        needs: Vec::new(),
        // The times come last, when the order is known.
        usual: Spread::default(),
        late: BTreeMap::new(),
        remaining: 0.0,
        slack: 0.0,
    }
}

fn halves(decision: Decision) -> [Step; 2] {
    let both = step(decision, Action::ReplaceDestroy);
    let create = Step { action: Action::ReplaceCreate, live: None, ..both.clone() };
    [Step { spec: Json::Null, ..both }, create]
}

/// Who makes, changes and removes what.
struct Index {
    registry: Registry,
    makes: HashMap<Address, StepId>,
    updates: HashMap<Address, StepId>,
    /// The destroying halves of replacements.
    replaced: HashMap<Address, StepId>,
    /// The replacements whose creating half goes first.
    create_first: HashSet<Address>,
    /// The updates that restore.
    retired: HashSet<StepId>,
    /// The steps whose live resource refers to a value, by kind, output and value.
    referrers: HashMap<(&'static str, &'static str, String), Vec<StepId>>,
    by_kind: BTreeMap<String, Vec<StepId>>,
    /// The updates that take something away once nobody uses it.
    closing: HashSet<StepId>,
    /// What comes before the going of a resource, by its address and id.
    farewells: HashMap<(Address, String), StepId>,
    /// The same, by what refers to the resource.
    farewells_of: HashMap<(&'static str, &'static str, String), StepId>,
}

impl Index {
    fn new(
        desired: &Desired,
        steps: &[Step],
        create_first: HashSet<Address>,
        closing: HashSet<StepId>,
        registry: Registry,
    ) -> Self {
        let mut index = Self {
            registry,
            makes: HashMap::new(),
            updates: HashMap::new(),
            replaced: HashMap::new(),
            create_first,
            retired: HashSet::new(),
            referrers: HashMap::new(),
            by_kind: BTreeMap::new(),
            closing,
            farewells: HashMap::new(),
            farewells_of: HashMap::new(),
        };
        for (id, step) in steps.iter().enumerate() {
            let address = step.address.clone();
            match step.action {
                Action::Create | Action::ReplaceCreate | Action::Supersede => {
                    index.makes.insert(address, id);
                }
                // Nobody waits for what is taken away but its own going.
                Action::Update if index.closing.contains(&id) => {
                    let id_of = |live: &LiveValue| (live.address.clone(), live.id.clone());
                    index.farewells.extend(step.live.as_ref().map(|live| (id_of(live), id)));
                }
                Action::Update => {
                    index.updates.insert(address.clone(), id);
                    if !desired.resources.contains_key(&address) {
                        index.bid_farewell(id, step);
                    }
                }
                Action::ReplaceDestroy => {
                    index.replaced.insert(address, id);
                }
                Action::Destroy => {}
            }
            if step.action.operation() == Operation::Destroy {
                index.by_kind.entry(step.address.kind().to_owned()).or_default().push(id);
            }
            let Some(live) = &step.live else { continue };
            if matches!(live.phase, Phase::Retired(_)) {
                index.retired.insert(id);
            }
            for binding in registry(step.address.kind())
                .and_then(|kind| (kind.bindings)(&live.spec).ok())
                .unwrap_or_default()
            {
                let key = (binding.kind, binding.output, binding.value);
                index.referrers.entry(key).or_default().push(id);
            }
        }
        index
    }

    /// Takes in an update of what goes afterwards.
    fn bid_farewell(&mut self, id: StepId, step: &Step) {
        let Some(live) = &step.live else { return };
        self.farewells.insert((live.address.clone(), live.id.clone()), id);
        let Some(kind) = (self.registry)(live.address.kind()) else { return };
        for output in kind.outputs {
            if let Some(value) = live.output(output) {
                self.farewells_of.insert((kind.kind, *output, value), id);
            }
        }
    }

    /// What a create or an update needs: the outputs it refers to, what it must come after, and,
    /// where the old one goes first, its going.
    fn making(&self, desired: &Desired, step: &Step, needs: &mut BTreeSet<Need>) {
        // What is changed before it goes needs nothing that a plan makes.
        let Some(resource) = desired.resources.get(&step.address) else { return };
        for placeholder in placeholders_in(&resource.spec) {
            let address = &placeholder.address;
            if let Some(id) = self.makes.get(address) {
                needs.insert(Need { step: *id, until: Until::Known });
            } else if let Some(id) = self.updates.get(address) {
                // A resource scheduled for deletion cannot be used before it is restored, nor a new
                // opening before it is there; a busy one may not have its outputs yet.
                let opens =
                    (self.registry)(address.kind()).is_some_and(|kind| !kind.openings.is_empty());
                let ends = opens || self.retired.contains(id);
                let until = if ends { Until::Ended } else { Until::Known };
                needs.insert(Need { step: *id, until });
            }
        }
        for address in &resource.after {
            for id in [self.makes.get(address), self.updates.get(address)].into_iter().flatten() {
                needs.insert(Need { step: *id, until: Until::Ended });
            }
        }
        if step.action == Action::ReplaceCreate && !self.create_first.contains(&step.address) {
            needs.insert(Need { step: self.replaced[&step.address], until: Until::Ended });
        }
    }

    /// What a destroy needs: whatever AWS knows to refer to the resource must be gone, or must refer
    /// to something else; and where the new one comes first, its coming.
    fn removing(&self, id: StepId, step: &Step, steps: &[Step], needs: &mut BTreeSet<Need>) {
        let Some(live) = &step.live else { return };
        let create_first = self.create_first.contains(&step.address);
        let destroy_first = step.action == Action::ReplaceDestroy && !create_first;
        for referrer in self.referrers_of(live) {
            let goes = steps[referrer].action.operation() == Operation::Destroy;
            // Whoever is updated to the new one cannot be waited for by the going of the old one
            // when that has to come first.
            if referrer != id && (goes || !destroy_first) {
                needs.insert(ended(referrer));
            }
        }
        for kind in (self.registry)(step.address.kind()).map_or(&[][..], |kind| kind.leaves_after) {
            needs.extend(self.by_kind.get(*kind).into_iter().flatten().map(|id| ended(*id)));
        }
        if step.action == Action::ReplaceDestroy && create_first {
            needs.insert(ended(self.makes[&step.address]));
        }
        needs.extend(self.farewells_before(live).into_iter().map(ended));
    }

    /// What is set before a resource goes: on itself, and on what it refers to.
    fn farewells_before(&self, live: &LiveValue) -> Vec<StepId> {
        if self.farewells.is_empty() {
            return Vec::new();
        }
        let kind = (self.registry)(live.address.kind());
        let bindings = kind.and_then(|kind| (kind.bindings)(&live.spec).ok()).unwrap_or_default();
        let others = bindings
            .into_iter()
            .filter_map(|one| self.farewells_of.get(&(one.kind, one.output, one.value)).copied());
        let own = self.farewells.get(&(live.address.clone(), live.id.clone())).copied();
        own.into_iter().chain(others).collect()
    }

    /// What an update that takes something away comes after: the one that adds, and whoever may use
    /// it until it has changed or gone. What is of the same kind uses nothing, and may in turn wait for
    /// this one.
    fn users(&self, id: StepId, step: &Step, steps: &[Step]) -> Vec<StepId> {
        let Some(live) = step.live.as_ref().filter(|_| self.closing.contains(&id)) else {
            return Vec::new();
        };
        let kind = step.address.kind();
        let using = self.referrers_of(live).into_iter();
        let using = using.filter(|other| steps[*other].address.kind() != kind);
        // Nor can whoever moves over to the next one be waited for before this one has gone.
        let goes_first =
            self.replaced.contains_key(&live.address) && !self.create_first.contains(&live.address);
        let goes = |other: &StepId| steps[*other].action.operation() == Operation::Destroy;
        let using = using.filter(|other| !goes_first || goes(other));
        using.chain(self.updates.get(&live.address).copied()).collect()
    }

    /// The destroys of what a new resource cannot stand beside.
    fn in_the_way(&self, step: &Step, steps: &[Step]) -> impl Iterator<Item = StepId> {
        let creates = step.action.operation() == Operation::Create;
        let kind = (self.registry)(step.address.kind()).filter(|_| creates);
        let excludes = kind.and_then(|kind| kind.excludes);
        let going = excludes.and_then(|_| self.by_kind.get(step.address.kind()));
        let conflicts = move |id: &&StepId| {
            let live = steps[**id].live.as_ref();
            live.is_some_and(|live| {
                excludes.is_some_and(|excludes| excludes(&step.spec, &live.spec).unwrap_or(false))
            })
        };
        going.into_iter().flatten().filter(conflicts).copied()
    }

    /// Something new in whose place something stands that cannot go before the new one is there.
    fn occupied(&self, steps: &[Step]) -> Option<Problem> {
        let mut graph = DiGraph::<(), ()>::with_capacity(steps.len(), steps.len());
        let nodes: Vec<_> = steps.iter().map(|_| graph.add_node(())).collect();
        for (id, step) in steps.iter().enumerate() {
            for need in &step.needs {
                graph.add_edge(nodes[need.step], nodes[id], ());
            }
        }
        steps.iter().enumerate().find_map(|(id, step)| {
            let mut before = self.in_the_way(step, steps);
            let going =
                before.find(|going| has_path_connecting(&graph, nodes[id], nodes[*going], None))?;
            let live = steps[going].live.as_ref()?;
            let (address, by) = (step.address.clone(), live.address.clone());
            Some(Problem::Occupied { address, by, id: live.id.clone() })
        })
    }

    fn referrers_of(&self, live: &LiveValue) -> HashSet<StepId> {
        let kind = (self.registry)(live.address.kind());
        let Some(kind) = kind else { return HashSet::new() };
        kind.outputs
            .iter()
            .filter_map(|output| self.referrers.get(&(kind.kind, *output, live.output(output)?)))
            .flatten()
            .copied()
            .collect()
    }
}

fn ended(step: StepId) -> Need {
    Need { step, until: Until::Ended }
}

/// The steps in an order in which every need points backwards; among equals by address.
fn sorted(steps: Vec<Step>) -> Result<Vec<Step>, PlanError> {
    let mut graph = DiGraph::<usize, ()>::with_capacity(steps.len(), steps.len());
    let nodes: Vec<_> = (0..steps.len()).map(|id| graph.add_node(id)).collect();
    for (id, step) in steps.iter().enumerate() {
        for need in &step.needs {
            graph.add_edge(nodes[need.step], nodes[id], ());
        }
    }
    toposort(&graph, None).map_err(|cycle| {
        Problem::Fault(format!("`{}` waits for itself", steps[graph[cycle.node_id()]].address))
    })?;
    // A layer at a time, so that the order is by depth and then by address.
    let mut waiting: Vec<usize> = steps.iter().map(|step| step.needs.len()).collect();
    let mut free: BTreeSet<(&Address, usize)> = (0..steps.len())
        .filter(|id| waiting[*id] == 0)
        .map(|id| (&steps[id].address, id))
        .collect();
    let mut order = Vec::with_capacity(steps.len());
    while !free.is_empty() {
        for (_, id) in std::mem::take(&mut free) {
            order.push(id);
            for next in graph.neighbors_directed(nodes[id], Direction::Outgoing) {
                let next = graph[next];
                waiting[next] -= 1;
                if waiting[next] == 0 {
                    free.insert((&steps[next].address, next));
                }
            }
        }
    }
    let mut places = vec![0; steps.len()];
    for (place, id) in order.iter().enumerate() {
        places[*id] = place;
    }
    let mut moved: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    Ok(order
        .iter()
        .filter_map(|id| moved[*id].take())
        .map(|mut step| {
            for need in &mut step.needs {
                need.step = places[need.step];
            }
            step.needs.sort_unstable();
            step
        })
        .collect())
}
