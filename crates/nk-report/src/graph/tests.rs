use std::{collections::BTreeMap, time::Duration};

use nk_model::{Address, Forecast, Outcome, Part, Spread, StackId, Step, Summary};

use super::*;

fn service(kind: &str) -> &'static str {
    if kind == "role" { "iam" } else { "ec2" }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn step(text: &str, action: Action, needs: &[(usize, Until)]) -> Step {
    let needs = needs.iter().map(|(step, until)| Need { step: *step, until: *until }).collect();
    let (reason, changes, spec) = (String::new(), Vec::new(), nk_model::Json::Null);
    Step {
        address: address(text),
        action,
        part: Part::Whole,
        pair: None,
        reason,
        changes,
        spec,
        live: None,
        needs,
        usual: Spread::default(),
        late: BTreeMap::new(),
        remaining: Duration::ZERO,
        slack: Duration::ZERO,
    }
}

fn plan() -> Plan {
    Plan {
        stack: StackId { project: "shop".into(), environment: "dev".into() },
        steps: vec![
            step("role.task", Action::Destroy, &[]),
            step("vpc.main", Action::Create, &[]),
            step("subnet.a", Action::ReplaceCreate, &[(1, Until::Known)]),
            step("nat-gateway.a", Action::Update, &[(2, Until::Known), (1, Until::Ended)]),
        ],
        unchanged: Vec::new(),
        notes: Vec::new(),
        forecast: Forecast::default(),
    }
}

fn run() -> Recorded {
    let times = [None, Some((0.0, 1.0)), Some((1.0, 3.0)), Some((3.0, 110.0))];
    let steps = plan().steps.into_iter().zip(times).map(|(step, times)| crate::RecordedStep {
        address: step.address,
        action: step.action,
        needs: step.needs,
        began: times.map(|(began, _)| Duration::from_secs_f64(began)),
        ended: times.map(|(_, ended)| Duration::from_secs_f64(ended)),
        outcome: times.map(|_| "done".to_owned()),
        longest: times.is_some(),
    });
    let summary = Summary {
        outcome: Outcome::Done,
        finished: 3,
        failed: 0,
        skipped: 0,
        took: Duration::from_secs(110),
        critical_path: ["vpc.main", "subnet.a", "nat-gateway.a"].map(address).into(),
        critical_steps: vec![0, 1, 2],
        bound: Duration::from_secs(110),
        predicted: Forecast::default(),
        notes: Vec::new(),
        each: Vec::new(),
    };
    Recorded { title: "nk apply --env dev".into(), steps: steps.collect(), summary: Some(summary) }
}

#[test]
fn a_plan_in_the_language_of_graphviz() {
    insta::assert_snapshot!(Graph::of_plan(&plan(), service).dot());
}

#[test]
fn a_plan_as_a_flow_chart() {
    insta::assert_snapshot!(Graph::of_plan(&plan(), service).mermaid());
}

#[test]
fn a_run_as_a_picture() {
    insta::assert_snapshot!(Graph::of_run(&run(), service).svg());
}

#[test]
fn the_longest_chain_leads_from_step_to_step() {
    let graph = Graph::of_run(&run(), service);
    let longest = graph.edges.iter().filter(|edge| edge.longest);
    let longest: Vec<_> = longest.map(|edge| (edge.from, edge.to)).collect();
    // The address does not identify a step of the chain: two steps wait for the VPC.
    assert_eq!(longest, [(1, 2), (2, 3)]);
    assert_eq!(graph.nodes[0].tone, Tone::Faint);
}

#[test]
fn nothing_is_drawn_as_nothing() {
    let nothing = Graph::default();
    assert!(nothing.svg().contains("viewBox"), "{}", nothing.svg());
    assert!(!nothing.svg().contains("NaN") && !nothing.svg().contains("inf"), "{}", nothing.svg());
}

#[test]
fn a_quote_does_not_end_a_label() {
    let graph = Graph { title: "a\"b<c".into(), ..Graph::default() };
    assert!(graph.dot().contains(r#"label="a\"b<c""#), "{}", graph.dot());
    assert!(graph.mermaid().contains("a#quot;b<c"), "{}", graph.mermaid());
    assert!(graph.svg().contains("a&quot;b&lt;c"), "{}", graph.svg());
}
