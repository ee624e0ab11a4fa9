//! Dependencies as a graph: of a topology, a plan, or a finished run.
//!
//! Arrows lead from a step to the steps that need it.

mod dot;
mod layout;
mod mermaid;
mod svg;

use std::collections::{BTreeMap, HashMap};

use nk_model::{Action, Address, Desired, Need, Plan, Until, placeholders_in};

use crate::{Recorded, text::spell};

/// The boxes, and the arrows between them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// What it shows.
    pub(crate) title: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
}

/// One box.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) address: Address,
    /// The service of its kind.
    pub(crate) group: &'static str,
    /// What is written below the address; may be empty.
    pub(crate) remark: String,
    pub(crate) tone: Tone,
    /// Whether it is part of the longest chain.
    pub(crate) longest: bool,
}

/// What the colour of a box means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Create,
    Change,
    Replace,
    Destroy,
    Failed,
    Faint,
}

/// One arrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Whether it waits for the end of the other rather than for an output.
    pub(crate) ended: bool,
    /// Whether it is part of the longest chain.
    pub(crate) longest: bool,
}

/// Returns the service of a kind.
pub type Service = fn(&str) -> &'static str;

impl Graph {
    /// The resources of a stack file.
    pub fn of_desired(desired: &Desired, service: Service) -> Self {
        let places: HashMap<_, _> =
            desired.resources.keys().enumerate().map(|(at, address)| (address, at)).collect();
        let nodes = desired.resources.keys().map(|address| Node {
            address: address.clone(),
            group: service(address.kind()),
            remark: String::new(),
            tone: Tone::Plain,
            longest: false,
        });
        let mut edges = BTreeMap::new();
        for (to, (_, resource)) in desired.resources.iter().enumerate() {
            let referred = placeholders_in(&resource.spec);
            let outputs = referred.iter().map(|placeholder| (&placeholder.address, false));
            for (address, ended) in outputs.chain(resource.after.iter().map(|one| (one, true))) {
                if let Some(from) = places.get(address) {
                    edges.entry((*from, to)).or_insert(ended);
                }
            }
        }
        Self { title: desired.stack.prefix(), nodes: nodes.collect(), edges: arrows(edges) }
    }

    /// What an apply would do.
    pub fn of_plan(plan: &Plan, service: Service) -> Self {
        let nodes = plan.steps.iter().map(|step| Node {
            address: step.address.clone(),
            group: service(step.address.kind()),
            remark: word(step.action).to_owned(),
            tone: tone(step.action),
            longest: false,
        });
        let needs = plan.steps.iter().map(|step| step.needs.as_slice());
        Self { title: plan.stack.prefix(), nodes: nodes.collect(), edges: needed(needs) }
    }

    /// A finished run, with the chain that took the longest.
    pub fn of_run(run: &Recorded, service: Service) -> Self {
        let nodes = run.steps.iter().map(|step| {
            let took =
                step.began.zip(step.ended).map(|(began, ended)| spell(ended.saturating_sub(began)));
            let (tone, state) = match (step.outcome.as_deref(), step.began) {
                (Some("done"), _) => (tone(step.action), took.unwrap_or_default()),
                (Some("failed"), _) => (Tone::Failed, "failed".to_owned()),
                (Some(_), _) => (Tone::Faint, "not done".to_owned()),
                (None, Some(_)) => (Tone::Faint, "in progress".to_owned()),
                (None, None) => (Tone::Faint, "not started".to_owned()),
            };
            Node {
                address: step.address.clone(),
                group: service(step.address.kind()),
                remark: format!("{}, {state}", word(step.action)),
                tone,
                longest: step.longest,
            }
        });
        let mut edges = needed(run.steps.iter().map(|step| step.needs.as_slice()));
        // Of two consecutive steps of the chain, the second started when the first allowed it.
        let mut chain: Vec<usize> =
            (0..run.steps.len()).filter(|at| run.steps[*at].longest).collect();
        chain.sort_by_key(|at| run.steps[*at].began);
        for edge in &mut edges {
            edge.longest = chain.windows(2).any(|pair| pair == [edge.from, edge.to]);
        }
        Self { title: run.title.clone(), nodes: nodes.collect(), edges }
    }

    /// The services in order, each with its boxes.
    pub(crate) fn groups(&self) -> BTreeMap<&'static str, Vec<usize>> {
        let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            groups.entry(node.group).or_default().push(at);
        }
        groups
    }
}

fn arrows(edges: BTreeMap<(usize, usize), bool>) -> Vec<Edge> {
    let arrow = |((from, to), ended)| Edge { from, to, ended, longest: false };
    edges.into_iter().filter(|((from, to), _)| from != to).map(arrow).collect()
}

fn needed<'a>(needs: impl Iterator<Item = &'a [Need]>) -> Vec<Edge> {
    let mut edges = BTreeMap::new();
    for (to, needs) in needs.enumerate() {
        for need in needs {
            let ended = edges.entry((need.step, to)).or_insert(false);
            *ended |= need.until == Until::Ended;
        }
    }
    arrows(edges)
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "change",
        Action::Destroy => "destroy",
        Action::ReplaceCreate => "replace (create)",
        Action::Supersede => "new revision",
        Action::ReplaceDestroy => "replace (delete)",
    }
}

fn tone(action: Action) -> Tone {
    match action {
        Action::Create => Tone::Create,
        Action::Update => Tone::Change,
        Action::Destroy => Tone::Destroy,
        Action::ReplaceCreate | Action::Supersede | Action::ReplaceDestroy => Tone::Replace,
    }
}

impl Tone {
    /// The border and the filling: readable behind dark text on any page.
    pub(crate) fn colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Plain => ("#57606a", "#f6f8fa"),
            Self::Create => ("#1a7f37", "#dafbe1"),
            Self::Change => ("#9a6700", "#fff8c5"),
            Self::Replace => ("#8250df", "#fbefff"),
            Self::Destroy => ("#cf222e", "#ffebe9"),
            Self::Failed => ("#a40e26", "#ffc1bc"),
            Self::Faint => ("#8c959f", "#eaeef2"),
        }
    }
}

/// The colour of the longest chain.
pub(crate) const LONGEST: &str = "#d4411f";
/// The colour of the other arrows, which is visible on white and on black.
pub(crate) const ARROW: &str = "#7d8590";

#[cfg(test)]
mod tests;
