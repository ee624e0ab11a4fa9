//! The desired resources in an order in which every reference points backwards.

use std::collections::HashMap;

use nk_model::{Address, Desired, Placeholder, Registry, placeholders_in};
use petgraph::{algo::kosaraju_scc, graph::DiGraph};

use crate::{PlanError, Problem};

/// The desired addresses, each after everything that it refers to or waits for.
pub(crate) fn by_reference(
    desired: &Desired,
    registry: Registry,
) -> Result<Vec<&Address>, PlanError> {
    let mut graph = DiGraph::<&Address, ()>::with_capacity(desired.resources.len(), 0);
    let nodes: HashMap<_, _> =
        desired.resources.keys().map(|address| (address, graph.add_node(address))).collect();
    let mut problems = Vec::new();
    for (address, resource) in &desired.resources {
        for placeholder in placeholders_in(&resource.spec) {
            match known(&placeholder, desired, registry) {
                Ok(()) => {
                    graph.add_edge(nodes[address], nodes[&placeholder.address], ());
                }
                Err(problem) => problems.push(problem(address.clone())),
            }
        }
        for before in &resource.after {
            match nodes.get(before) {
                Some(node) => {
                    graph.add_edge(nodes[address], *node, ());
                }
                None => problems
                    .push(Problem::Unknown { from: address.clone(), to: before.to_string() }),
            }
        }
    }
    if !problems.is_empty() {
        return Err(PlanError { problems });
    }
    // Tarjan's algorithm would recurse once for each link of a chain.
    for component in kosaraju_scc(&graph) {
        let circle = component.len() > 1 || graph.contains_edge(component[0], component[0]);
        if circle {
            let mut members: Vec<_> = component.iter().map(|node| graph[*node].clone()).collect();
            members.sort();
            problems.push(Problem::Circle(members));
        }
    }
    if problems.is_empty() { Ok(backwards(&graph)) } else { Err(PlanError { problems }) }
}

/// The nodes of a graph without circles, each after everything that its edges lead to, and
/// otherwise in the order in which they were added.
fn backwards<'a>(graph: &DiGraph<&'a Address, ()>) -> Vec<&'a Address> {
    let mut seen = vec![false; graph.node_count()];
    let mut order = Vec::with_capacity(graph.node_count());
    for first in graph.node_indices() {
        if std::mem::replace(&mut seen[first.index()], true) {
            continue;
        }
        // The path from the first node to the current one.
        let mut way = vec![(first, graph.neighbors(first))];
        while let Some((node, ahead)) = way.last_mut() {
            match ahead.next() {
                Some(next) if std::mem::replace(&mut seen[next.index()], true) => {}
                Some(next) => way.push((next, graph.neighbors(next))),
                None => {
                    order.push(graph[*node]);
                    way.pop();
                }
            }
        }
    }
    order
}

/// Whether a placeholder names an output that will exist.
fn known(
    placeholder: &Placeholder,
    desired: &Desired,
    registry: Registry,
) -> Result<(), Box<dyn FnOnce(Address) -> Problem>> {
    let to = placeholder.to_string();
    if !desired.resources.contains_key(&placeholder.address) {
        return Err(Box::new(|from| Problem::Unknown { from, to }));
    }
    let outputs = registry(placeholder.address.kind()).map_or(&[][..], |kind| kind.outputs);
    if !outputs.contains(&placeholder.output.as_str()) {
        let known = outputs.join(", ");
        return Err(Box::new(|from| Problem::NoSuchOutput { from, to, known }));
    }
    Ok(())
}
