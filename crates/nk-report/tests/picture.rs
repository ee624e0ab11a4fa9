//! What nk draws: the whole topology, and a run on the simulated cloud.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use layout::gv::DotParser;
use nk_model::{Call, Desired, Event, Json, placeholders_in};
use nk_report::{Graph, Trace, read_trace};
use nk_tests::{
    slices,
    small::network,
    topology::{self, STACK},
    trial::Trial,
};
use roxmltree::{Document, Node};
use tokio::time::{Duration, Instant};

/// The desired resources, and the references between them.
fn whole() -> (Desired, BTreeSet<(String, String)>) {
    let desired = topology::desired(STACK, "prod");
    let mut edges = BTreeSet::new();
    for (address, resource) in &desired.resources {
        let referred = placeholders_in(&resource.spec).into_iter().map(|one| one.address);
        for other in referred.chain(resource.after.iter().cloned()) {
            edges.insert((other.to_string(), address.to_string()));
        }
    }
    assert!(edges.len() > desired.resources.len(), "{} edges", edges.len());
    (desired, edges)
}

fn addresses(desired: &Desired) -> BTreeSet<String> {
    desired.resources.keys().map(ToString::to_string).collect()
}

/// The names and arrows in lines such as `n1 [label="a"]` and `n1 -> n2`.
fn drawn(text: &str, box_of: &str, arrows: &[&str]) -> (Vec<String>, BTreeSet<(String, String)>) {
    let mut names = BTreeMap::new();
    let mut edges = BTreeSet::new();
    for line in text.lines().map(str::trim) {
        if let Some((number, rest)) = line.split_once(box_of)
            && number.starts_with('n')
        {
            let name = rest.split('"').next().unwrap().split(['\\', '<']).next().unwrap();
            names.insert(number.trim().to_owned(), name.to_owned());
        }
    }
    for line in text.lines().map(str::trim) {
        let words: Vec<_> = line.trim_end_matches(';').split(' ').collect();
        if let [from, arrow, to, ..] = words.as_slice()
            && arrows.contains(arrow)
        {
            edges.insert((names[*from].clone(), names[*to].clone()));
        }
    }
    (names.into_values().collect(), edges)
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn graphviz_is_told_every_resource_and_every_reference() {
    let (desired, edges) = whole();
    let dot = Graph::of_desired(&desired, nk_kinds::service).dot();
    if let Err(error) = DotParser::new(&dot).process() {
        panic!("{error}");
    }
    let (names, found) = drawn(&dot, " [label=\"", &["->"]);
    assert_eq!(sorted(names), addresses(&desired).into_iter().collect::<Vec<_>>());
    assert_eq!(found, edges);
}

#[test]
fn the_flow_chart_has_every_resource_and_every_reference() {
    let (desired, edges) = whole();
    let chart = Graph::of_desired(&desired, nk_kinds::service).mermaid();
    let (names, found) = drawn(&chart, "[\"", &["-->", "-.->", "==>"]);
    assert_eq!(sorted(names), addresses(&desired).into_iter().collect::<Vec<_>>());
    assert_eq!(found, edges);
    let opened = chart.lines().filter(|line| line.trim().starts_with("subgraph ")).count();
    let closed = chart.lines().filter(|line| line.trim() == "end").count();
    assert!(opened > 5 && opened == closed, "{opened} groups opened, {closed} closed");
}

#[test]
fn the_picture_has_every_resource_and_every_reference_and_nothing_overlaps() {
    let (desired, edges) = whole();
    let svg = Graph::of_desired(&desired, nk_kinds::service).svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    let all = |name: &'static str| document.descendants().filter(move |one| one.has_tag_name(name));
    let texts = all("text").filter(|one| one.attribute("class") == Some("name"));
    let names = texts.filter_map(|one| one.text()).map(str::to_owned).collect();
    assert_eq!(sorted(names), addresses(&desired).into_iter().collect::<Vec<_>>());
    let titles = all("path").filter_map(|one| one.first_element_child()?.text());
    let found = titles.filter_map(|title| title.split_once(" → "));
    let found: BTreeSet<_> = found.map(|(from, to)| (from.to_owned(), to.to_owned())).collect();
    assert_eq!(found, edges);

    let boxes: Vec<_> = all("rect").map(rectangle).collect();
    assert_eq!(boxes.len(), desired.resources.len());
    for (at, [left, top, right, bottom]) in boxes.iter().enumerate() {
        for [other_left, other_top, other_right, other_bottom] in &boxes[at + 1..] {
            let apart = right <= other_left
                || other_right <= left
                || bottom <= other_top
                || other_bottom <= top;
            assert!(apart, "{left} {top} is beneath {other_left} {other_top}");
        }
    }
    let view = document.root_element().attribute("viewBox").unwrap();
    let view: Vec<f64> = view.split(' ').map(|word| word.parse().unwrap()).collect();
    let [right, bottom] = [2, 3].map(|side| boxes.iter().map(|one| one[side]).fold(0.0, f64::max));
    assert!(right <= view[2] && bottom <= view[3], "{right} {bottom} of {view:?}");
}

fn rectangle(node: Node<'_, '_>) -> [f64; 4] {
    let [x, y, width, height] = ["x", "y", "width", "height"]
        .map(|name| node.attribute(name).unwrap().parse::<f64>().unwrap());
    [x, y, x + width, y + height]
}

/// Applies, and returns the trace.
async fn traced(desired: &Desired) -> Vec<Json> {
    let trial = Trial::default();
    let calls = Arc::new(Mutex::new(Vec::<Call>::new()));
    let heard = Arc::clone(&calls);
    let zero = Instant::now();
    trial.sim.listen(zero, Box::new(move |call| heard.lock().unwrap().push(call)));
    let plan = trial.plan(desired).await.unwrap();
    let mut trace = Trace::default();
    let mut lines = trace.open("nk apply --env test");
    for call in std::mem::take(&mut *calls.lock().unwrap()) {
        lines.extend(trace.call(&call));
    }
    let began = zero.elapsed();
    lines.extend(trace.plan(began, &plan));
    let (_, events) = trial.run(plan).await;
    // In the order in which they came: a call has ended before its step is told.
    let mut calls = std::mem::take(&mut *calls.lock().unwrap()).into_iter().peekable();
    for event in events {
        while let Some(call) = calls.next_if(|call| call.at + call.took <= began + at(&event)) {
            lines.extend(trace.call(&call));
        }
        lines.extend(trace.event(&event));
    }
    assert_eq!(calls.next(), None);
    lines
}

fn at(event: &Event) -> Duration {
    let line = serde_json::to_value(event).unwrap();
    Duration::from_secs_f64(line["at"].as_f64().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_run_leaves_a_trace_in_which_slices_nest() {
    let lines = traced(&network("10.0.0.0/16", "10.0.1.0/24")).await;
    let counts = slices::check(&lines);
    assert_eq!((counts["step"], counts["longest"]), (9, 3), "{counts:?}");
    let text = lines.iter().map(Json::to_string).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(text);
    let text = serde_json::to_string(&lines).unwrap();
    let run = read_trace(&text).unwrap();
    insta::assert_snapshot!(Graph::of_run(&run, nk_kinds::service).mermaid());
}

#[tokio::test(start_paused = true)]
async fn the_trace_of_the_whole_topology_has_every_step_and_its_longest_chain() {
    let desired = topology::desired(STACK, "prod");
    let lines = traced(&desired).await;
    let counts = slices::check(&lines);
    assert_eq!(counts["step"], desired.resources.len());
    assert!(counts["call"] > counts["step"] && counts["wait"] > 10, "{counts:?}");
    let chain: Vec<_> = lines.iter().filter(|line| line["cat"] == "longest").collect();
    for pair in chain.windows(2) {
        let end = pair[0]["ts"].as_u64().unwrap() + pair[0]["dur"].as_u64().unwrap();
        assert_eq!(pair[1]["ts"].as_u64().unwrap(), end, "one begins where the other lets it");
    }
    assert!(chain.len() > 1, "{chain:?}");
}
