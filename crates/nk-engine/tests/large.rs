//! Topologies of many thousand resources: costs grow in proportion, and nothing stalls.

use std::{collections::BTreeSet, time::Duration};

use nk_model::{Event, Outcome};
use nk_plan::Permission;
use nk_tests::{
    large::{Costs, chain, measure, topology},
    trial::Trial,
};

/// How much more ten times as many resources may cost: ten times, and something for maps and
/// caches.
const TENFOLD: f64 = 15.0;

#[test]
fn ten_times_the_resources_cost_ten_times_as_much() {
    let small = least(200, 5);
    let large = least(2_000, 3);
    let of = |part: fn(&Costs) -> f64| part(&large) / part(&small);
    let ratios = [
        ("plan", of(|costs| costs.plan)),
        ("apply", of(|costs| costs.apply)),
        ("plan again", of(|costs| costs.plan_again)),
        ("plan destroy", of(|costs| costs.plan_destroy)),
        ("destroy", of(|costs| costs.destroy)),
        // The program itself is included in both.
        ("memory", of(|costs| costs.memory)),
    ];
    let over: Vec<_> = ratios.iter().filter(|(_, ratio)| *ratio > TENFOLD).collect();
    assert!(over.is_empty(), "{over:?}\n{small:?}\n{large:?}");
}

/// The minimum of several runs: other work of the machine can only add to it.
fn least(resources: usize, runs: usize) -> Costs {
    let runs: Vec<_> = (0..runs).map(|_| measure(resources)).collect();
    let least = |part: fn(&Costs) -> f64| runs.iter().map(part).fold(f64::INFINITY, f64::min);
    Costs {
        resources,
        plan: least(|costs| costs.plan),
        apply: least(|costs| costs.apply),
        plan_again: least(|costs| costs.plan_again),
        plan_destroy: least(|costs| costs.plan_destroy),
        destroy: least(|costs| costs.destroy),
        memory: least(|costs| costs.memory),
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_steps_in_flight_wait_for_nothing_but_aws() {
    let desired = topology(10_002);
    let trial = Trial::default();
    let plan = trial.plan(&desired).await.unwrap();
    let before = trial.sim.calls().0;
    let (summary, events) = trial.run(plan).await;
    assert_eq!(summary.outcome, Outcome::Done);
    let (mut under_way, mut most) = (0_usize, 0);
    for event in &events {
        match event {
            Event::Started { .. } => under_way += 1,
            Event::Finished { .. } => under_way -= 1,
            _ => {}
        }
        most = most.max(under_way);
    }
    assert!(most >= 1_000, "{most} at once");
    // No schedule of these steps is sure to end earlier: Graham's bound for as many machines as
    // calls may be in progress, with calls of 40 ms.
    let calls = u32::try_from(trial.sim.calls().0 - before).unwrap();
    let bound = summary.bound + Duration::from_millis(40) * calls / 16;
    assert!(summary.took <= bound, "{:?}, {bound:?} would do", summary.took);
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_many_thousand_links_is_planned_and_made() {
    let desired = chain(1_000);
    let trial = Trial::default();
    let plan = trial.plan(&desired).await.unwrap();
    let depth: BTreeSet<_> = plan.steps.iter().flat_map(|step| &step.needs).collect();
    assert!(depth.len() >= 998, "each link needs the one before");
    let (summary, _) = trial.run(plan).await;
    assert_eq!((summary.outcome, summary.finished), (Outcome::Done, 1_000));
    let again = nk_plan::plan(
        &chain(20_000),
        &trial.observe(&desired).await,
        nk_kinds::kind,
        &Permission::default(),
    );
    assert_eq!(again.unwrap().steps.len(), 19_000);
}
