//! Whatever goes wrong, the same command again gets there: on the simulated cloud, in paused time.

use nk_model::{Action, Desired, Outcome};
use nk_sim::Fault;
use nk_tests::{small::network, trial::Trial};

fn seed() -> Desired {
    network("10.0.0.0/16", "10.0.1.0/24")
}

async fn settled(desired: &Desired) -> Trial {
    let trial = Trial::default();
    let (summary, events) = trial.apply(desired).await;
    assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
    trial
}

#[tokio::test(start_paused = true)]
async fn applied_twice_there_is_nothing_to_do() {
    let desired = seed();
    let trial = settled(&desired).await;
    let plan = trial.plan(&desired).await.unwrap();
    assert!(plan.is_empty(), "{plan:#?}");
    assert_eq!(plan.unchanged.len(), desired.resources.len());
}

#[tokio::test(start_paused = true)]
async fn destroyed_nothing_is_left() {
    let desired = seed();
    let trial = settled(&desired).await;
    let (summary, events) = trial.destroy(&desired).await;
    assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
    assert_eq!(trial.shape(), Vec::<String>::new());
}

/// Every way in which one call may go wrong.
fn faults(at: usize) -> [Fault; 4] {
    [Fault::DeadBefore(at), Fault::DeadAfter(at), Fault::LostAnswer(at), Fault::LostCall(at)]
}

/// Applies `from`, then goes to `to` with one fault at every call in turn, and expects the same end
/// as without.
async fn survives(from: Option<&Desired>, to: &Desired) {
    let calm = Trial::default();
    if let Some(from) = from {
        calm.apply(from).await;
    }
    let before = calm.sim.calls().1;
    calm.apply(to).await;
    let changes = calm.sim.calls().1 - before;
    for at in 1..=changes {
        for fault in faults(before + at) {
            let trial = Trial::default();
            if let Some(from) = from {
                trial.apply(from).await;
            }
            trial.sim.set_fault(Some(fault.clone()));
            trial.apply(to).await;
            trial.sim.set_fault(None);
            let (summary, events) = trial.apply(to).await;
            assert_eq!(summary.outcome, Outcome::Done, "{fault:?}: {events:#?}");
            assert_eq!(trial.shape(), calm.shape(), "{fault:?}");
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
    let desired = seed();
    let calm = settled(&desired).await;
    let before = calm.sim.calls().1;
    calm.destroy(&desired).await;
    for at in before + 1..=calm.sim.calls().1 {
        for fault in faults(at) {
            let trial = settled(&desired).await;
            trial.sim.set_fault(Some(fault.clone()));
            trial.destroy(&desired).await;
            trial.sim.set_fault(None);
            let (summary, events) = trial.destroy(&desired).await;
            assert_eq!(summary.outcome, Outcome::Done, "{fault:?}: {events:#?}");
            assert_eq!(trial.shape(), Vec::<String>::new(), "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_replaced_vpc_takes_everything_in_it_along() {
    let trial = settled(&seed()).await;
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
