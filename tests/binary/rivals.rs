//! Runs that want the same lock: one works, the others give way.

use std::{sync::Arc, time::Duration};

use nk_tests::{
    proxy::{Call, Clock, Proxy, Recorded, Rule, Slow, Together, Transparent},
    rig::Rig,
    running::Running,
};
use tokio::time::sleep;

const STACK: &str = r#"project = "rivals"
region  = "ap-northeast-1"

[network]
cidr  = "10.0.0.0/16"
nat   = "none"
zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" }]

[env.dev]
"#;
const APPLY: [&str; 4] = ["apply", "--env", "dev", "--yes"];
/// Long enough for a run to hold the lock until the other has seen it.
const WHILE: Duration = Duration::from_secs(1);
/// Longer than any test.
const FOR_EVER: Duration = Duration::from_mins(10);
const HOUR: i64 = 3600;

async fn rig() -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/rivals.toml", STACK);
    rig
}

fn makes(call: &Call) -> bool {
    call.changes() && call.service != "ssm"
}

/// A run through a proxy of its own, so that its calls can be distinguished.
struct Rival {
    way: Proxy,
    run: Running,
}

impl Rival {
    async fn start(rig: &Rig, rule: Arc<dyn Rule>) -> Self {
        let way = Proxy::start(&rig.emulator, rule).await.unwrap();
        let mut command = rig.command(&APPLY);
        command.env("AWS_ENDPOINT_URL", &way.endpoint);
        Self { way, run: Running::start(command) }
    }

    /// What it has changed since the last question.
    fn changes(&self) -> Vec<String> {
        let calls = self.way.take();
        calls.iter().filter(|call| call.changes).map(Recorded::name).collect()
    }

    /// It has printed the holder, and has changed nothing.
    fn gave_way(&self) {
        for word in ["another run holds the lock", "nk apply --env dev", "process", "since"] {
            assert!(self.run.said.contains(word), "no `{word}` in:\n{}", self.run.said);
        }
        let changes = self.changes();
        assert!(!changes.is_empty(), "it has not tried");
        assert!(changes.iter().all(|name| name == "ssm:PutParameter"), "{changes:?}");
    }
}

/// Starts two runs, the second this many milliseconds after the first, and expects that one works
/// and the other gives way.
async fn race(rig: &Rig, clock: Clock, jitter: u64) {
    let rule = || {
        let slow = Arc::new(Slow::new(makes, WHILE)) as Arc<dyn Rule>;
        Arc::new(Together(vec![slow, Arc::new(clock)]))
    };
    let mut first = Rival::start(rig, rule()).await;
    sleep(Duration::from_millis(jitter)).await;
    let mut second = Rival::start(rig, rule()).await;
    let ended = tokio::join!(first.run.ends(), second.run.ends());
    match ended {
        (Some(0), Some(1)) => second.gave_way(),
        (Some(1), Some(0)) => first.gave_way(),
        _ => panic!("{ended:?}\n{}\n{}", first.run.said, second.run.said),
    }
    let plan = rig.nk(&["plan", "--env", "dev", "--detailed-exitcode"]).await.with_code(0);
    assert!(!plan.out.contains("lock"), "somebody still holds the lock: {}", plan.out);
}

async fn races(seeds: u64) {
    let rig = rig().await;
    for seed in 0..seeds {
        rig.reset().await;
        let jitter = fastrand::Rng::with_seed(seed).u64(0..300);
        race(&rig, Clock::default(), jitter).await;
    }
}

/// A run that dies while it holds the lock, in its first version.
async fn dies(rig: &Rig) {
    let slow = Arc::new(Slow::new(makes, FOR_EVER));
    let mut dead = Rival::start(rig, Arc::clone(&slow) as Arc<dyn Rule>).await;
    slow.begun.notified().await;
    dead.run.kill().await;
}

async fn takeovers(seeds: u64) {
    let rig = rig().await;
    for seed in 0..seeds {
        rig.reset().await;
        dies(&rig).await;
        let jitter = fastrand::Rng::with_seed(seed).u64(0..100);
        race(&rig, Clock { old: 1, ..Clock::default() }, jitter).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_started_together_one_works() {
    races(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_takers_of_an_expired_lock_one_wins() {
    takeovers(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_holders_lock_is_respected_until_it_expires_whatever_the_clocks_say() {
    let rig = rig().await;
    for ahead in [0, HOUR, -HOUR] {
        rig.reset().await;
        dies(&rig).await;
        rig.proxy.set_rule(Arc::new(Clock { ahead, old: 0 }));
        let refused = rig.nk(&APPLY).await.with_code(1);
        assert!(refused.err.contains("another run holds the lock"), "{ahead}: {}", refused.err);
        rig.proxy.set_rule(Arc::new(Clock { ahead, old: 1 }));
        let _ = rig.nk(&APPLY).await.with_code(0);
        rig.proxy.set_rule(Arc::new(Transparent));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn of_two_started_together_one_works_fifty_times() {
    races(50).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn of_two_takers_of_an_expired_lock_one_wins_fifty_times() {
    takeovers(50).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a minute: the lease is kept by the clock on the wall"]
async fn a_holder_whose_lock_was_taken_stops_before_its_next_step() {
    let rig = rig().await;
    let slow = Arc::new(Slow::new(makes, WHILE));
    let mut first = Rival::start(&rig, Arc::clone(&slow) as Arc<dyn Rule>).await;
    slow.begun.notified().await;
    first.run.signal("-STOP").await;
    let mut second = Rival::start(&rig, Arc::new(Clock { ahead: 0, old: 1 })).await;
    assert_eq!(second.run.ends().await, Some(0), "{}", second.run.said);
    // As long as the first run may believe that it holds the lock, and until its calls in transit
    // are done.
    sleep(Duration::from_secs(46)).await;
    first.changes();
    first.run.signal("-CONT").await;
    assert_eq!(first.run.ends().await, Some(1), "{}", first.run.said);
    assert!(first.run.said.contains("another run has taken over the lock"), "{}", first.run.said);
    let changes = first.changes();
    assert!(changes.iter().all(|name| name == "ssm:PutParameter"), "{changes:?}");
}
