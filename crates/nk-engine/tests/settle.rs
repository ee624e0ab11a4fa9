//! One step on the simulated cloud: names that are used again, resources that fail, and calls that
//! nobody answers.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use nk_model::{Address, Desired, Event, Outcome, Summary};
use nk_sim::Fault;
use nk_tests::{
    small::network,
    topology::{self, STACK},
    trial::Trial,
};
use tokio::time::{Duration, Instant};

fn small() -> Desired {
    network("10.0.0.0/16", "10.0.1.0/24")
}

/// The same with another value in one field.
fn with(desired: &Desired, address: &Address, field: &str, value: &str) -> Desired {
    let mut changed = desired.clone();
    let resource = changed.resources.get_mut(address).expect("it is in the stack");
    assert_ne!(resource.spec[field], value, "it is so already");
    resource.spec[field] = value.into();
    changed
}

/// The errors of the failed steps.
fn failures(events: &[Event]) -> Vec<String> {
    let failed = events.iter().filter_map(|event| match event {
        Event::Failed { failure, .. } => Some(failure.error.clone()),
        _ => None,
    });
    failed.collect()
}

#[tokio::test(start_paused = true)]
async fn a_successor_with_the_id_of_what_went_before_it_is_seen() {
    let desired = topology::desired(STACK, "dev");
    let trial = Trial::settled(&desired).await;
    let address = Address::new("load-balancer", "main");
    let id = |trial: &Trial| {
        let all = trial.sim.everything();
        all.into_iter().find(|live| live.address == address).map(|live| live.id)
    };
    let mut internal = desired.clone();
    internal.resources.get_mut(&address).unwrap().spec["internet-facing"] = false.into();
    let made = trial.sim.calls().1;
    trial.apply(&internal).await;
    // If the answer to the create is lost, only a look tells.
    for at in made + 1..=trial.sim.calls().1 {
        let trial = Trial::settled(&desired).await;
        let before = id(&trial);
        trial.sim.set_fault(Some(Fault::LostAnswer(at)));
        let (summary, events) = trial.apply(&internal).await;
        assert_eq!(summary.outcome, Outcome::Done, "{at}: {:?}", failures(&events));
        assert_eq!(id(&trial), before);
        assert!(summary.took < Duration::from_mins(10), "{at}: {:?}", summary.took);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_to_nothing_fails_with_the_reason() {
    let trial = Trial::default();
    trial.sim.thwart(&Address::new("nat-gateway", "nat"), "Gateway.NotAttached: no gateway");
    let (summary, events) = trial.apply(&small()).await;
    let told = "could not create `nat-gateway.nat`: AWS reports that it failed: Gateway.NotAttached: no gateway";
    assert_eq!(failures(&events), [told]);
    assert!(summary.took < Duration::from_secs(200), "{:?}", summary.took);
}

#[tokio::test(start_paused = true)]
async fn what_stays_although_its_going_is_accepted_is_not_waited_for_for_ever() {
    let desired = small();
    let trial = Trial::settled(&desired).await;
    trial.sim.stick(&Address::new("route-table", "private"));
    let (summary, events) = trial.destroy(&desired).await;
    let told =
        "could not remove `route-table.private`: gave up after 2 minutes: AWS says `still there`";
    assert_eq!(failures(&events), [told]);
    assert!(summary.took < Duration::from_secs(250), "{:?}", summary.took);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_changes_as_often_is_left_to_them() {
    let desired = small();
    let table = Address::new("route-table", "private");
    let trial = Trial::settled(&desired).await;
    trial.sim.contest(&table, "/tags/Name");
    let mut other = desired.clone();
    other.resources.get_mut(&table).unwrap().spec["tags"]["Name"] = "another".into();
    let before = trial.sim.calls().1;
    let (_, events) = trial.apply(&other).await;
    let told = "could not change `route-table.private`: it has been changed again and again, and \
                `tags.Name` still differs: somebody else changes it, too";
    assert_eq!(failures(&events), [told]);
    assert_eq!(trial.sim.calls().1 - before, 12);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_what_went_before_still_holds_is_waited_for() {
    let desired = small();
    let group = Address::new("security-group", "inner");
    let other = with(&desired, &group, "description", "another");
    let trial = Trial::settled(&desired).await;
    trial.sim.set_lingering(Duration::from_mins(1));
    let (summary, events) = trial.apply(&other).await;
    assert_eq!(summary.outcome, Outcome::Done, "{:?}", failures(&events));
    trial.sim.set_lingering(Duration::from_mins(10));
    let (summary, events) = trial.apply(&desired).await;
    let told = "could not create `security-group.inner`: something of that name exists already and is \
                not managed by nk";
    assert_eq!(failures(&events), [told]);
    assert!(summary.took < Duration::from_mins(2), "{:?}", summary.took);
}

#[tokio::test(start_paused = true)]
async fn how_long_the_old_value_may_show_is_the_kinds_own() {
    let desired = topology::desired(STACK, "dev");
    let database = Address::new("db-instance", "main");
    let trial = Trial::settled(&desired).await;
    trial.sim.set_lag(Duration::from_secs(200));
    let larger = with(&desired, &database, "class", "db.t3.large");
    let (summary, events) = trial.apply(&larger).await;
    assert_eq!(summary.outcome, Outcome::Done, "{:?}", failures(&events));
    let role = desired.resources.keys().find(|address| address.kind() == "role").unwrap();
    let mut other = larger.clone();
    other.resources.get_mut(role).unwrap().spec["tags"]["nk:more"] = "more".into();
    let (_, events) = trial.apply(&other).await;
    assert_eq!(failures(&events).len(), 1);
    assert!(failures(&events)[0].contains("still answers with the old value"));
}

/// Runs the way to `desired`, or to nothing, with a fault, and counts how many times each change
/// was sent.
async fn sent(trial: &Trial, desired: &Desired, fault: Fault, destroys: bool) -> (Summary, usize) {
    let counts: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let told = Arc::clone(&counts);
    let listener = move |call: nk_model::Call| {
        if !call.operation.starts_with("sim:Describe") {
            *told.lock().unwrap().entry(call.operation).or_default() += 1;
        }
    };
    trial.sim.listen(Instant::now(), Box::new(listener));
    trial.sim.set_fault(Some(fault));
    let (summary, _) =
        if destroys { trial.destroy(desired).await } else { trial.apply(desired).await };
    let most = counts.lock().unwrap().values().copied().max();
    (summary, most.unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn what_the_cloud_has_repeated_in_vain_is_not_sent_again() {
    let desired = small();
    let calm = Trial::settled(&desired).await;
    let made = calm.sim.calls().1;
    let mut recovered = 0;
    for at in 1..=made {
        let (summary, most) = sent(&Trial::default(), &desired, Fault::Unheard(at), false).await;
        // The VPC, its gateway and the address: their creates could create a second one, so the
        // cloud sends them once.
        let alone = summary.outcome == Outcome::Done;
        recovered += usize::from(alone);
        assert_eq!(most, if alone { 2 } else { 1 }, "call {at}: {summary:?}");
    }
    assert_eq!(recovered, 3);
    calm.destroy(&desired).await;
    for at in made + 1..=calm.sim.calls().1 {
        let trial = Trial::settled(&desired).await;
        let (summary, most) = sent(&trial, &desired, Fault::Unheard(at), true).await;
        assert_eq!((summary.outcome, most), (Outcome::Partial, 1), "call {at}");
    }
}
