//! Two security groups that admit each other lose those rules before either is deleted, because EC2
//! keeps a group that a rule of another group names.

use std::collections::{HashMap, HashSet};

use nk_model::{Address, Json, LiveValue, Part, Registry, difference};
use petgraph::{algo::kosaraju_scc, graph::DiGraph};

use crate::decision::{Decision, Fate};

/// Resources that are deleted and admit each other in a circle.
pub(crate) struct Entangled {
    registry: Registry,
    /// By address and id.
    members: HashSet<(Address, String)>,
}

impl Entangled {
    pub(crate) fn among(decisions: &[Decision], registry: Registry) -> Self {
        let mut graph = DiGraph::<&LiveValue, ()>::new();
        let mut nodes = HashMap::new();
        for live in
            decisions.iter().filter(|one| one.fate.goes()).filter_map(|one| one.live.as_ref())
        {
            let Some(kind) = registry(live.address.kind()) else { continue };
            if kind.ties.openings.is_empty() {
                continue;
            }
            let node = graph.add_node(live);
            let outputs = kind.outputs.iter();
            let outputs = outputs.filter_map(|name| Some((kind.kind, *name, live.output(name)?)));
            nodes.extend(outputs.map(|output| (output, node)));
        }
        for node in graph.node_indices() {
            let live = graph[node];
            let kind = registry(live.address.kind());
            let bindings = kind.and_then(|kind| (kind.bindings)(&live.spec).ok());
            for one in bindings.unwrap_or_default() {
                if let Some(other) = nodes.get(&(one.kind, one.output, one.value)) {
                    graph.add_edge(node, *other, ());
                }
            }
        }
        let circles = kosaraju_scc(&graph).into_iter().filter(|circle| circle.len() > 1).flatten();
        let members = circles.map(|node| (graph[node].address.clone(), graph[node].id.clone()));
        Self { registry, members: members.collect() }
    }

    /// The update that removes such rules before the deletion, if one is needed. The resource is
    /// then deleted without them.
    pub(crate) fn shut(&self, going: &mut Decision) -> Option<Decision> {
        let live = going.live.as_mut()?;
        if !self.members.contains(&(live.address.clone(), live.id.clone())) {
            return None;
        }
        let before = live.clone();
        let kind = (self.registry)(live.address.kind())?;
        let references = |spec: &Json| (kind.bindings)(spec).map_or(0, |bindings| bindings.len());
        for opening in kind.ties.openings {
            let mut without = live.spec.clone();
            without[*opening] = Json::Array(Vec::new());
            if references(&without) < references(&live.spec) {
                live.spec = without;
            }
        }
        Some(Decision {
            address: live.address.clone(),
            fate: Fate::Update(Part::Unlinks),
            spec: live.spec.clone(),
            changes: difference(&before.spec, &live.spec),
            live: Some(before),
            reason: "two security groups admit each other: their rules are removed first, so that \
                     both can be deleted"
                .to_owned(),
        })
    }
}
