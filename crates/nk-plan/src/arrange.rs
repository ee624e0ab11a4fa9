//! Turns decisions into steps, and finds what each step needs.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::Duration,
};

use nk_model::{
    Action, Address, Desired, Forecast, LiveValue, Need, Operation, Part, Plan, Registry, Spread,
    Step, StepId, Until, placeholders_in,
};
use petgraph::{
    Direction,
    algo::{has_path_connecting, toposort},
    graph::DiGraph,
};
use serde_json::Value as Json;

use crate::{
    Fault, PlanError, Problem,
    decision::{Decision, Fate},
    entangled::Entangled,
    farewell::farewell,
    openings::{Touched, opened},
};

/// The steps, each after the steps that it needs.
pub(crate) fn arrange(
    desired: &Desired,
    decisions: Vec<Decision>,
    registry: Registry,
) -> Result<Plan, PlanError> {
    let mut unchanged = Vec::new();
    let mut steps = Vec::new();
    let touched = Touched::by(&decisions, registry);
    let entangled = Entangled::among(&decisions, registry);
    for mut decision in decisions {
        let first = steps.len();
        let unlinking = entangled.shut(&mut decision);
        steps.extend(unlinking.map(|decision| step(decision, Action::Update)));
        match decision.fate {
            Fate::Unchanged => unchanged.extend(decision.live),
            Fate::Create => steps.push(step(decision, Action::Create)),
            Fate::Update(_) => {
                let (opening, closing) = opened(decision, &touched, registry);
                let halves = opening.into_iter().chain(closing);
                steps.extend(halves.map(|decision| step(decision, Action::Update)));
            }
            Fate::Supersede => steps.push(step(decision, Action::Supersede)),
            Fate::Destroy => {
                let before = farewell(desired, &mut decision, registry);
                steps.extend(before.map(|before| step(before, Action::Update)));
                steps.push(step(decision, Action::Destroy));
            }
            Fate::ReplaceDestroyFirst => steps.extend(halves(decision)),
            Fate::ReplaceCreateFirst => steps.extend(halves(decision).into_iter().rev()),
        }
        pair(&mut steps[first..], first);
    }
    let index = Index::new(&steps, registry);
    let mut needs: Vec<BTreeSet<Need>> = vec![BTreeSet::new(); steps.len()];
    for (id, step) in steps.iter().enumerate() {
        match step.action.operation() {
            Operation::Create | Operation::Update => {
                index.making(desired, id, &steps, &mut needs[id]);
                needs[id].extend(index.in_the_way(step, &steps).map(ended));
                needs[id].extend(index.users(step, &steps).into_iter().map(ended));
                if let Some(destroy) = step.pair.filter(|_| step.part.precedes_destroy()) {
                    needs[destroy].insert(ended(id));
                }
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
    let Decision { address, fate, spec, live, changes, reason } = decision;
    let part = if let Fate::Update(part) = fate { part } else { Part::Whole };
    Step {
        address,
        action,
        part,
        pair: None,
        reason,
        changes,
        spec,
        live,
        needs: Vec::new(),
        // The times are filled in last, when the order is known.
        usual: Spread::default(),
        late: BTreeMap::new(),
        remaining: Duration::ZERO,
        slack: Duration::ZERO,
    }
}

/// Both halves of a replacement, the destroy first.
fn halves(decision: Decision) -> [Step; 2] {
    let both = step(decision, Action::ReplaceDestroy);
    let create = Step { action: Action::ReplaceCreate, live: None, ..both.clone() };
    [Step { spec: Json::Null, ..both }, create]
}

/// Pairs the steps of one resource, beginning with this id.
fn pair(steps: &mut [Step], first: StepId) {
    let find = |wanted: &dyn Fn(&Step) -> bool| steps.iter().position(wanted).map(|at| first + at);
    let destroy = find(&|step| step.action.operation() == Operation::Destroy);
    let create = find(&|step| step.action == Action::ReplaceCreate);
    let opens = find(&|step| step.part == Part::Opens);
    let closes = find(&|step| step.part == Part::Closes);
    for step in steps {
        step.pair = match (step.action, step.part) {
            (Action::ReplaceCreate, _) | (_, Part::BeforeDestroy | Part::Unlinks) => destroy,
            (Action::ReplaceDestroy, _) => create,
            (_, Part::Opens) => closes,
            (_, Part::Closes) => opens,
            _ => None,
        };
    }
}

/// Whether it is the half of a replacement that comes first.
fn leads(id: StepId, step: &Step) -> bool {
    step.pair.is_some_and(|pair| id < pair)
}

/// Which steps create, change and delete what.
struct Index {
    registry: Registry,
    makes: HashMap<Address, StepId>,
    /// The updates that another step may wait for: those that do more than remove something.
    updates: HashMap<Address, StepId>,
    /// The steps whose live resource refers to a value, by kind, output and value.
    referrers: HashMap<(&'static str, &'static str, String), Vec<StepId>>,
    by_kind: BTreeMap<String, Vec<StepId>>,
    /// The updates before a destroy that let other resources be deleted sooner, by the values with
    /// which those refer to them.
    before_destroy: HashMap<(&'static str, &'static str, String), StepId>,
}

impl Index {
    fn new(steps: &[Step], registry: Registry) -> Self {
        let mut index = Self {
            registry,
            makes: HashMap::new(),
            updates: HashMap::new(),
            referrers: HashMap::new(),
            by_kind: BTreeMap::new(),
            before_destroy: HashMap::new(),
        };
        for (id, step) in steps.iter().enumerate() {
            let kind = registry(step.address.kind());
            let address = step.address.clone();
            match (step.action.operation(), step.part) {
                (Operation::Create, _) => {
                    index.makes.insert(address, id);
                }
                (Operation::Update, Part::Closes | Part::Unlinks | Part::BeforeDestroy) => {}
                (Operation::Update, _) => {
                    index.updates.insert(address, id);
                }
                (Operation::Destroy, _) => {
                    index.by_kind.entry(address.kind().to_owned()).or_default().push(id);
                }
            }
            let Some((kind, live)) = kind.zip(step.live.as_ref()) else { continue };
            if step.part == Part::BeforeDestroy {
                for output in kind.outputs {
                    if let Some(value) = live.output(output) {
                        index.before_destroy.insert((kind.kind, *output, value), id);
                    }
                }
            }
            for binding in (kind.bindings)(&live.spec).unwrap_or_default() {
                let key = (binding.kind, binding.output, binding.value);
                index.referrers.entry(key).or_default().push(id);
            }
        }
        index
    }

    /// What a create or an update needs: the outputs that it refers to, what it must come after,
    /// and the deletion of the old resource if that comes first.
    fn making(&self, desired: &Desired, id: StepId, steps: &[Step], needs: &mut BTreeSet<Need>) {
        let step = &steps[id];
        // An update before a destroy needs nothing that the plan creates.
        let Some(resource) = desired.resources.get(&step.address) else { return };
        for placeholder in placeholders_in(&resource.spec) {
            let address = &placeholder.address;
            if let Some(id) = self.makes.get(address) {
                needs.insert(Need { step: *id, until: Until::Known });
            } else if let Some(id) = self.updates.get(address) {
                // A resource that is scheduled for deletion cannot be used before it is restored,
                // and an added rule not before it exists. A busy resource may not have its outputs
                // yet.
                let opens = (self.registry)(address.kind())
                    .is_some_and(|kind| !kind.ties.openings.is_empty());
                let ends = opens || steps[*id].part == Part::Restores;
                let until = if ends { Until::Ended } else { Until::Known };
                needs.insert(Need { step: *id, until });
            }
        }
        for address in &resource.after {
            for id in [self.makes.get(address), self.updates.get(address)].into_iter().flatten() {
                needs.insert(ended(*id));
            }
        }
        if step.action == Action::ReplaceCreate && !leads(id, step) {
            needs.extend(step.pair.map(ended));
        }
    }

    /// What a destroy needs: everything that AWS knows to refer to the resource must be deleted, or
    /// must refer to something else; and if the new resource comes first, it must exist.
    fn removing(&self, id: StepId, step: &Step, steps: &[Step], needs: &mut BTreeSet<Need>) {
        let Some(live) = &step.live else { return };
        let goes_first = leads(id, step);
        for referrer in self.referrers_of(live) {
            let goes = steps[referrer].action.operation() == Operation::Destroy;
            // If the old resource must be deleted first, its deletion cannot wait for resources
            // that are updated to the new one.
            if referrer != id && (goes || !goes_first) {
                needs.insert(ended(referrer));
            }
        }
        let kind = (self.registry)(step.address.kind());
        for kind in kind.map_or(&[][..], |kind| kind.ties.leaves_after) {
            needs.extend(self.by_kind.get(*kind).into_iter().flatten().map(|id| ended(*id)));
        }
        if !goes_first {
            needs.extend(step.pair.map(ended));
        }
        // The updates that come before the deletion of something that refers to their resource.
        let bindings = kind.and_then(|kind| (kind.bindings)(&live.spec).ok()).unwrap_or_default();
        needs.extend(bindings.into_iter().filter_map(|one| {
            self.before_destroy.get(&(one.kind, one.output, one.value)).copied().map(ended)
        }));
    }

    /// What an update that removes something comes after: the update that adds, and whatever may
    /// use it until it has changed or been deleted. Resources of the same kind do not use it, and
    /// may in turn wait for this update.
    fn users(&self, step: &Step, steps: &[Step]) -> Vec<StepId> {
        let closes = matches!(step.part, Part::Closes | Part::Unlinks);
        let Some(live) = step.live.as_ref().filter(|_| closes) else { return Vec::new() };
        let kind = step.address.kind();
        let using = self.referrers_of(live).into_iter();
        let using = using.filter(|other| steps[*other].address.kind() != kind);
        // Nor can it wait for resources that move over to a successor which is created only after
        // this one is deleted.
        let unlinks = step.pair.filter(|_| step.part == Part::Unlinks);
        let goes_first = unlinks.is_some_and(|destroy| leads(destroy, &steps[destroy]));
        let goes = |other: &StepId| steps[*other].action.operation() == Operation::Destroy;
        let using = using.filter(|other| !goes_first || goes(other));
        using.chain(step.pair.filter(|_| step.part == Part::Closes)).collect()
    }

    /// The destroys of what a new resource cannot exist beside.
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

    /// A new resource in the place of one that cannot be deleted before the new one exists.
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

/// The steps in an order in which every need points backwards, and by address among equals.
fn sorted(steps: Vec<Step>) -> Result<Vec<Step>, PlanError> {
    let mut graph = DiGraph::<usize, ()>::with_capacity(steps.len(), steps.len());
    let nodes: Vec<_> = (0..steps.len()).map(|id| graph.add_node(id)).collect();
    for (id, step) in steps.iter().enumerate() {
        for need in &step.needs {
            graph.add_edge(nodes[need.step], nodes[id], ());
        }
    }
    toposort(&graph, None).map_err(|cycle| {
        let address = steps[graph[cycle.node_id()]].address.clone();
        Problem::Fault(Fault::Circle { address })
    })?;
    // One layer at a time, so that the order is by depth and then by address.
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
            step.pair = step.pair.map(|pair| places[pair]);
            step.needs.sort_unstable();
            step
        })
        .collect())
}
