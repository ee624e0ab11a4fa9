//! How close a run comes to the time that AWS itself needs: the whole topology on the simulated
//! cloud, with the times that ship with nk, in paused time.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use nk_model::{Address, Event, Outcome, Plan, Summary};
use nk_plan::Network;
use nk_tests::{
    topology::{self, STACK},
    trial::Trial,
};
use tokio::time::{Duration, Instant};

/// How much longer than AWS needs a run may take.
const RATIO: f64 = 1.05;
/// How many probes a first apply may make if everything takes its usual time. Together with the 121
/// calls that it makes if AWS answers at once, and the renewals of the lock every twenty seconds,
/// these are fewer than 200 calls.
const LOOKS: usize = 52;
/// The same for a destroy.
const LAST_LOOKS: usize = 65;
/// What usually takes no longer, AWS does at once; only the simulated cloud makes the step wait for
/// it.
const AT_ONCE: Duration = Duration::from_millis(2500);

/// The minimum time that AWS needs for a plan if everything takes this many times its usual time.
fn bound(plan: &Plan, slowness: f64) -> Duration {
    let network = Network::of(plan);
    let takes: Vec<_> =
        network.usual().iter().map(|usual| usual.median.mul_f64(slowness)).collect();
    network.course(&takes, &[], Duration::ZERO).end()
}

/// Runs a plan, and returns the number of calls, and the time as a multiple of what AWS needs.
#[expect(clippy::print_stdout, reason = "what was measured, for `--nocapture`")]
async fn run(trial: &Trial, plan: Plan, slowness: f64) -> (Summary, f64) {
    let (needs, before) = (bound(&plan, slowness), trial.sim.calls().0);
    let steps = plan.steps.len();
    let (summary, events) = trial.run(plan).await;
    assert_eq!(summary.outcome, Outcome::Done, "{events:#?}");
    let (calls, ratio) = (trial.sim.calls().0 - before, summary.took.div_duration_f64(needs));
    println!(
        "{steps} steps, {slowness} times as long as usual: {:.1?} of {needs:.1?}, {ratio:.3} times; \
         {calls} calls, {} predicted; AWS's by its own account {:.1?}",
        summary.took, summary.predicted.calls, summary.bound
    );
    (summary, ratio)
}

#[tokio::test(start_paused = true)]
async fn a_run_is_within_a_twentieth_of_its_bound() {
    for environment in ["dev", "prod"] {
        for slowness in [1.0, 0.79, 0.9, 1.5] {
            let desired = topology::desired(STACK, environment);
            let trial = Trial::default();
            trial.sim.set_slowness(slowness);
            let plan = trial.plan(&desired).await.unwrap();
            let (_, up) = run(&trial, plan, slowness).await;
            let plan = trial.removal(&desired).await;
            let (_, down) = run(&trial, plan, slowness).await;
            assert!(up <= RATIO && down <= RATIO, "{environment}, {slowness}: {up:.3}, {down:.3}");
        }
    }
}

/// Counts the probes of slow resources from now on.
fn count_looks(trial: &Trial, plan: &Plan) -> Arc<Mutex<BTreeMap<Address, usize>>> {
    let slow = plan.steps.iter().enumerate().filter(|(_, step)| step.usual.median > AT_ONCE);
    let slow: HashMap<_, _> = slow.map(|(id, step)| (id, step.address.clone())).collect();
    let counts = Arc::new(Mutex::new(BTreeMap::new()));
    let counted = Arc::clone(&counts);
    trial.sim.listen(
        Instant::now(),
        Box::new(move |call| {
            let looks = call.operation.starts_with("sim:Describe");
            if let Some(address) = call.step.filter(|_| looks).and_then(|id| slow.get(&id)) {
                *counted.lock().unwrap().entry(address.clone()).or_default() += 1;
            }
        }),
    );
    counts
}

#[tokio::test(start_paused = true)]
async fn a_run_looks_seldom_at_what_takes_its_time() {
    for environment in ["dev", "prod"] {
        let desired = topology::desired(STACK, environment);
        let trial = Trial::default();
        for (most, up) in [(LOOKS, true), (LAST_LOOKS, false)] {
            let plan = if up {
                trial.plan(&desired).await.unwrap()
            } else {
                trial.removal(&desired).await
            };
            let looks = count_looks(&trial, &plan);
            let (_, ratio) = run(&trial, plan, 1.0).await;
            assert!(ratio <= RATIO, "{environment}: {ratio:.3}");
            let looks = looks.lock().unwrap();
            assert!(looks.values().sum::<usize>() <= most, "{environment}: {looks:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_says_so_goes_without_its_drain() {
    let quick =
        STACK.replace("protect = true", "protect = true\nload-balancer.destroy-drain = \"0s\"");
    let mut took = Vec::new();
    for text in [STACK, &quick] {
        let desired = topology::desired(text, "prod");
        let trial = Trial::default();
        trial.apply(&desired).await;
        let plan = trial.removal(&desired).await;
        let expected = plan.forecast.time;
        let (summary, ratio) = run(&trial, plan, 1.0).await;
        assert!(ratio <= RATIO, "{ratio:.3}");
        let likely = expected.median.mul_f64(0.8)..expected.slow;
        assert!(likely.contains(&summary.took), "{:?} of {likely:?}", summary.took);
        assert!(trial.sim.everything().is_empty());
        took.push(summary.took);
    }
    // The database takes about as long as the shorter drain saves.
    assert!(took[1] + Duration::from_secs(200) < took[0], "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_drain_of_an_hour_is_waited_for() {
    let text = STACK.replace("[load-balancer]", "[load-balancer]\ndrain = \"1h\"");
    let desired = topology::desired(&text, "dev");
    let trial = Trial::default();
    trial.apply(&desired).await;
    let plan = trial.removal(&desired).await;
    let (summary, _) = run(&trial, plan, 1.0).await;
    assert!(summary.took > Duration::from_hours(1), "{:?}", summary.took);
}

#[tokio::test(start_paused = true)]
async fn a_serving_stack_does_not_wait_for_the_first_backup() {
    let desired = topology::desired(STACK, "dev");
    let (_, events) = Trial::default().apply(&desired).await;
    let ended = |address: &str| {
        let of = |event: &Event| match event {
            Event::Finished { at, address: one, .. } if one.as_str() == address => Some(*at),
            _ => None,
        };
        events.iter().find_map(of).unwrap()
    };
    let serving = ["backend-go", "python-ai", "nextjs-frontend"]
        .map(|name| ended(&format!("service.{name}")))
        .into_iter()
        .max()
        .unwrap();
    // The critical path of the same graph with AWS's own times: 384 seconds until the stack serves
    // requests.
    assert!(serving <= Duration::from_secs(384).mul_f64(RATIO), "{serving:?}");
    assert!(ended("db-instance.main") > serving);
}
