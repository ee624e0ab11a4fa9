//! Whatever goes wrong, running the same command again succeeds: on the simulated cloud, in paused
//! time.

use std::time::Duration;

use nk_model::{Action, Address, Desired, Event, Json, Nature, Outcome};
use nk_sim::Fault;
use nk_tests::{
    small::network,
    topology::{self, STACK},
    trial::{Trial, apart},
};

const NONE: [&str; 0] = [];

fn seed() -> Desired {
    network("10.0.0.0/16", "10.0.1.0/24")
}

#[tokio::test(start_paused = true)]
async fn applied_twice_there_is_nothing_to_do() {
    let desired = seed();
    let trial = Trial::settled(&desired).await;
    let plan = trial.plan(&desired).await.unwrap();
    assert!(plan.is_empty(), "{plan:#?}");
    assert_eq!(plan.unchanged.len(), desired.resources.len());
}

#[tokio::test(start_paused = true)]
async fn destroyed_nothing_is_left() {
    let desired = seed();
    let trial = Trial::settled(&desired).await;
    let (summary, events) = trial.destroy(&desired).await;
    assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
    assert_eq!(trial.shape(), NONE);
}

#[tokio::test(start_paused = true)]
async fn a_run_recovers_by_itself_from_any_one_call_that_goes_unanswered() {
    let desired = seed();
    let calm = Trial::settled(&desired).await;
    for at in 1..=calm.sim.calls().1 {
        for fault in [Fault::LostAnswer(at), Fault::LostCall(at)] {
            let trial = Trial::default();
            trial.sim.set_fault(Some(fault.clone()));
            let (summary, events) = trial.apply(&desired).await;
            assert_eq!(summary.outcome, Outcome::Done, "{fault:?}: {events:#?}");
            assert_eq!(apart(&calm.shape(), &trial.shape()), NONE, "{fault:?}");
        }
    }
}

/// When the VPC existed, in a run with this fault.
async fn vpc_known(fault: Fault) -> Duration {
    let mut desired = seed();
    desired.resources.retain(|address, _| address.kind() == "vpc");
    let trial = Trial::default();
    trial.sim.set_fault(Some(fault));
    let (_, events) = trial.apply(&desired).await;
    let known = events.iter().find_map(|event| match event {
        Event::Known { at, .. } => Some(*at),
        _ => None,
    });
    known.expect("the VPC was made")
}

#[tokio::test(start_paused = true)]
async fn what_nothing_guards_is_looked_for_before_it_is_sent_again() {
    let found = vpc_known(Fault::LostAnswer(1)).await;
    assert!(found.as_secs() < 1, "what was made is seen at once, not after {found:?}");
    let again = vpc_known(Fault::LostCall(1)).await;
    assert!((60..65).contains(&again.as_secs()), "sent again after {again:?}");
}

/// Something is refused while something else is in progress, and succeeds in the end.
async fn waited_out(trial: Trial, operation: &str, refusal: (&'static str, Nature), times: usize) {
    let (operation, (code, nature)) = (operation.to_owned(), refusal);
    trial.sim.set_fault(Some(Fault::Says { operation, code, nature, times }));
    let (summary, events) = trial.apply(&topology::desired(STACK, "dev")).await;
    assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
    let says = format!("AWS says {code}");
    let told =
        |event: &Event| matches!(event, Event::Waiting { reason, .. } if reason.contains(&says));
    assert!(events.iter().any(told), "{events:#?}");
}

#[tokio::test(start_paused = true)]
async fn an_address_that_the_gateway_before_still_holds_is_waited_for() {
    let refusal = ("Resource.AlreadyAssociated", Nature::InUse);
    waited_out(Trial::default(), "sim:Create nat-gateway.nat-1", refusal, 5).await;
}

#[tokio::test(start_paused = true)]
async fn a_route_waits_as_long_as_a_gateway_may_take() {
    let trial = Trial::settled(&topology::desired(STACK, "dev")).await;
    let table = Address::new("route-table", "private-1");
    trial.sim.meddle(&table, "routes", Json::Array(Vec::new()));
    // Ten minutes, with a probe and an attempt every five seconds.
    let refusal = ("InvalidNatGatewayID.NotFound", Nature::Refused);
    waited_out(trial, "sim:Update route-table.private-1", refusal, 120).await;
}

/// The ways in which a call may fail: all of them for a small stack; for a large one, where that
/// takes minutes, one way for each call, in turn.
fn faults(at: usize, desired: &Desired) -> Vec<Fault> {
    let all =
        [Fault::DeadBefore(at), Fault::DeadAfter(at), Fault::LostAnswer(at), Fault::LostCall(at)];
    if desired.resources.len() < 20 { all.to_vec() } else { vec![all[at % all.len()].clone()] }
}

/// Applies `from`, then `to` with one fault at each call in turn, and expects the same result as
/// without.
async fn survives(from: Option<&Desired>, to: &Desired) {
    let calm = Trial::default();
    if let Some(from) = from {
        calm.apply(from).await;
    }
    let before = calm.sim.calls().1;
    calm.apply(to).await;
    let changes = calm.sim.calls().1 - before;
    for at in 1..=changes {
        for fault in faults(before + at, to) {
            let trial = Trial::default();
            if let Some(from) = from {
                trial.apply(from).await;
            }
            trial.sim.set_fault(Some(fault.clone()));
            trial.apply(to).await;
            trial.sim.set_fault(None);
            let (summary, events) = trial.apply(to).await;
            assert_eq!(summary.outcome, Outcome::Done, "{fault:?}: {events:#?}");
            assert_eq!(apart(&trial.shape(), &calm.shape()), NONE, "{fault:?}");
            assert!(trial.plan(to).await.unwrap().is_empty(), "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_apply_survives_a_fault_at_every_call() {
    survives(None, &seed()).await;
}

#[tokio::test(start_paused = true)]
async fn a_replaced_subnet_survives_a_fault_at_every_call() {
    survives(Some(&seed()), &network("10.0.0.0/16", "10.0.2.0/24")).await;
}

#[tokio::test(start_paused = true)]
async fn a_replaced_vpc_survives_a_fault_at_every_call() {
    survives(Some(&seed()), &network("10.8.0.0/16", "10.8.1.0/24")).await;
}

#[tokio::test(start_paused = true)]
async fn a_destroy_survives_a_fault_at_every_call() {
    destruction_survives(&seed()).await;
}

/// Destroys with one fault at each call in turn, and then without.
async fn destruction_survives(desired: &Desired) {
    let calm = Trial::settled(desired).await;
    let before = calm.sim.calls().1;
    calm.destroy(desired).await;
    for at in before + 1..=calm.sim.calls().1 {
        for fault in faults(at, desired) {
            let trial = Trial::settled(desired).await;
            trial.sim.set_fault(Some(fault.clone()));
            trial.destroy(desired).await;
            trial.sim.set_fault(None);
            let (summary, events) = trial.destroy(desired).await;
            assert_eq!(summary.outcome, Outcome::Done, "{fault:?}: {events:#?}");
            assert_eq!(trial.shape(), NONE, "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_replaced_vpc_takes_everything_in_it_along() {
    let trial = Trial::settled(&seed()).await;
    let plan = trial.plan(&network("10.8.0.0/16", "10.8.1.0/24")).await.unwrap();
    let replaced = plan.steps.iter().filter(|step| step.action == Action::ReplaceCreate);
    let mut replaced: Vec<_> = replaced.map(|step| step.address.to_string()).collect();
    replaced.sort();
    let expected = [
        "internet-gateway.main",
        "nat-gateway.nat",
        "route-table.private",
        "route-table.public",
        "security-group.inner",
        "security-group.outer",
        "subnet.public",
        "vpc.main",
    ];
    assert_eq!(replaced, expected);
}

/// The whole topology.
fn whole() -> Desired {
    topology::desired(STACK, "prod")
}

#[tokio::test(start_paused = true)]
async fn the_whole_topology_survives_a_fault_at_every_call() {
    survives(None, &whole()).await;
}

#[tokio::test(start_paused = true)]
async fn the_whole_topology_survives_a_moved_subnet_with_a_fault_at_every_call() {
    let moved = topology::desired(&STACK.replace("10.0.1.0/24", "10.0.3.0/24"), "prod");
    survives(Some(&whole()), &moved).await;
}

/// The whole topology in these zones, in this order.
fn zones(names: &str) -> Desired {
    let zone = |name| {
        let number = match name {
            'a' => 1,
            'c' => 2,
            _ => 4,
        };
        format!(
            "{{ name = \"ap-northeast-1{name}\", public = \"10.0.{number}.0/24\", \
             private = \"10.0.{number}0.0/24\" }},"
        )
    };
    let zones: String = names.chars().map(zone).collect();
    let (before, rest) = STACK.split_once("zones = [").unwrap();
    let (_, after) = rest.split_once("\n]").unwrap();
    topology::desired(&format!("{before}zones = [{zones}\n]{after}"), "prod")
}

#[tokio::test(start_paused = true)]
async fn zones_in_any_order_survive_a_fault_at_every_call() {
    for (from, to) in [("ac", "adc"), ("adc", "dc"), ("ac", "ca")] {
        survives(Some(&zones(from)), &zones(to)).await;
    }
}

/// The whole topology, with the load-balanced service on another port.
fn another_port() -> Desired {
    topology::desired(&STACK.replace("port = 8080", "port = 8081"), "prod")
}

#[tokio::test(start_paused = true)]
async fn another_port_there_and_back_survives_a_fault_at_every_call() {
    survives(Some(&whole()), &another_port()).await;
    survives(Some(&another_port()), &whole()).await;
}

#[tokio::test(start_paused = true)]
async fn a_service_moves_to_another_port_without_a_moment_in_which_nothing_reaches_it() {
    let trial = Trial::settled(&whole()).await;
    let plan = trial.plan(&another_port()).await.unwrap();
    assert_eq!((plan.totals().replace, plan.totals().change), (0, 3), "{plan:#?}");
    let (summary, events) = trial.run(plan).await;
    assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
    let mut order = Vec::new();
    for event in &events {
        let (word, address) = match event {
            Event::Started { address, .. } => ("begins", address),
            Event::Finished { address, .. } => ("ends", address),
            _ => continue,
        };
        if ["security-group", "service"].contains(&address.kind()) {
            order.push(format!("{} {word}", address.kind()));
        }
    }
    let expected = [
        "security-group begins",
        "security-group ends",
        "service begins",
        "service ends",
        "security-group begins",
        "security-group ends",
    ];
    assert_eq!(order, expected);
}

#[tokio::test(start_paused = true)]
async fn destroying_the_whole_topology_survives_a_fault_at_every_call() {
    destruction_survives(&whole()).await;
}

#[tokio::test(start_paused = true)]
async fn the_whole_topology_takes_as_long_as_its_database() {
    let trial = Trial::default();
    let (summary, _) = trial.apply(&whole()).await;
    assert_eq!(summary.outcome, Outcome::Done);
    assert_eq!(summary.critical_path.last().unwrap().to_string(), "db-instance.main");
    assert!(
        summary.took < summary.bound.mul_f64(1.05),
        "{:?} of {:?}",
        summary.took,
        summary.bound
    );
    assert!(summary.took.as_secs() < 460, "{:?}", summary.took);
}

/// How long it takes to create a VPC if the first call is lost.
async fn with_a_lost_call(speed: f64) -> Duration {
    let trial = Trial { speed, ..Trial::default() };
    trial.sim.set_fault(Some(Fault::LostCall(1)));
    let (_, events) = trial.apply(&seed()).await;
    let made = events.iter().find_map(|event| match event {
        Event::Finished { address, took, .. } if address.kind() == "vpc" => Some(*took),
        _ => None,
    });
    made.unwrap_or_else(|| panic!("there is no VPC: {events:#?}"))
}

#[tokio::test(start_paused = true)]
async fn what_is_faster_than_aws_is_waited_for_as_much_less() {
    let (slow, fast) = (with_a_lost_call(1.0).await, with_a_lost_call(60.0).await);
    assert!(slow.as_secs() >= 20, "{slow:?}");
    // Only the waits are shorter; the simulated cloud is as slow as ever.
    assert!(fast < slow / 2, "{fast:?} against {slow:?}");
}
