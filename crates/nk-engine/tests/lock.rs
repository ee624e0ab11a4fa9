//! One run at a time: the protocol of the lock on the simulated cloud, in paused time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use futures::future::join_all;
use nk_engine::{
    Cloud, CloudError, CloudResult, Entry, Holder, Lease, LockError, LockRecord, Nature, Released,
    Run, Stop, WallClock, execute, holder, unlock,
};
use nk_model::Outcome;
use nk_sim::Sim;
use nk_tests::{small::network, trial::Trial};
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};

fn run(nonce: &str) -> Holder {
    Holder {
        holder: format!("{nonce} (process 1)"),
        host: "here".into(),
        command: "nk apply --env test".into(),
        since: "2026-01-01 00:00:00 UTC".into(),
        nonce: nonce.into(),
        over: None,
        ousts: None,
    }
}

/// A wall clock that stands still while the other clock runs.
fn stopped() -> WallClock {
    Box::new(|| SystemTime::UNIX_EPOCH)
}

async fn take<C: Cloud>(cloud: &Arc<C>, nonce: &str) -> Result<Lease<C>, LockError> {
    Lease::acquire(Arc::clone(cloud), run(nonce), stopped()).await
}

/// A wall clock that shows this many seconds.
#[derive(Clone)]
struct Wall(Arc<AtomicU64>);

impl Wall {
    fn showing(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }

    fn show(&self, seconds: u64) {
        self.0.store(seconds, Relaxed);
    }

    fn clock(&self) -> WallClock {
        let Self(seconds) = self.clone();
        Box::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.load(Relaxed)))
    }
}

/// Takes over the lock as if it had expired, and returns the version written.
async fn steal(sim: &Sim, from: &str, version: i64) -> Option<i64> {
    let thief = Holder { over: Some(version), ousts: Some(from.into()), ..run("thief") };
    sim.write_lock(&serde_json::to_string(&thief).unwrap(), false).await.unwrap()
}

async fn nonce<C: Cloud>(cloud: &C) -> Option<String> {
    holder(cloud).await.unwrap().map(|holder| holder.nonce)
}

/// A cloud that may be unreachable, and in which a write that was sent is carried out however long
/// it takes, whether or not anybody waits for the answer.
#[derive(Default)]
struct Far {
    sim: Arc<Sim>,
    out_of_reach: AtomicBool,
    /// Whether it does not report who wrote which version.
    forgetful: AtomicBool,
    /// How long a write is in transit, in seconds.
    way: AtomicU64,
}

impl Cloud for Far {
    const ENTRIES: &'static [Entry<Self>] = &[];

    async fn read_lock(&self) -> CloudResult<Option<LockRecord>> {
        self.sim.read_lock().await
    }

    async fn write_lock(&self, value: &str, fresh: bool) -> CloudResult<Option<i64>> {
        if self.out_of_reach.load(Relaxed) {
            let error = CloudError::refused("ssm:PutParameter", "no route to host");
            return Err(CloudError { nature: Nature::Unreachable, ..error });
        }
        let (sim, value) = (Arc::clone(&self.sim), value.to_owned());
        let way = Duration::from_secs(self.way.load(Relaxed));
        let write = tokio::spawn(async move {
            sleep(way).await;
            sim.write_lock(&value, fresh).await
        });
        write.await.unwrap()
    }

    async fn lock_version(&self, version: i64) -> CloudResult<Option<String>> {
        if self.forgetful.load(Relaxed) {
            return Err(CloudError::refused("ssm:GetParameterHistory", "try again"));
        }
        self.sim.lock_version(version).await
    }

    async fn remove_lock(&self) -> CloudResult<()> {
        self.sim.remove_lock().await
    }
}

/// Writes the lock like a run that dies at once.
async fn dead(sim: &Sim, nonce: &str) {
    let value = serde_json::to_string(&run(nonce)).unwrap();
    assert_eq!(sim.write_lock(&value, true).await, Ok(Some(1)));
}

#[tokio::test(start_paused = true)]
async fn the_second_run_is_told_who_is_first() {
    let sim = Arc::new(Sim::default());
    let first = take(&sim, "first").await.unwrap();
    let Err(LockError::Held { holder: held, .. }) = take(&sim, "second").await else {
        panic!("the lock was had twice")
    };
    assert_eq!(held, run("first"));
    first.release().await.unwrap();
    take(&sim, "second").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_living_holder_keeps_the_lock_for_hours() {
    let sim = Arc::new(Sim::default());
    let first = take(&sim, "first").await.unwrap();
    for _ in 0..200 {
        sleep(Duration::from_secs(61)).await;
        assert!(take(&sim, "second").await.is_err());
    }
    assert!(first.gate().open().await);
}

#[tokio::test(start_paused = true)]
async fn a_dead_holders_lock_is_taken_over_after_the_lease() {
    let sim = Arc::new(Sim::default());
    dead(&sim, "dead").await;
    sleep(Duration::from_secs(80)).await;
    assert!(take(&sim, "second").await.is_err());
    sleep(Duration::from_secs(11)).await;
    take(&sim, "second").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn of_many_takers_over_one_expired_lock_exactly_one_wins() {
    for seed in 0..50 {
        let sim = Arc::new(Sim::default());
        dead(&sim, "dead").await;
        sleep(Duration::from_secs(100)).await;
        let mut chance = fastrand::Rng::with_seed(seed);
        let takers = (0..5).map(|number| {
            let (sim, jitter) = (Arc::clone(&sim), chance.u64(0..120));
            async move {
                sleep(Duration::from_millis(jitter)).await;
                take(&sim, &format!("taker-{number}")).await
            }
        });
        let won: Vec<_> = join_all(takers).await.into_iter().filter_map(Result::ok).collect();
        assert_eq!(won.len(), 1, "seed {seed}");
        // The winner ignores what the others wrote over it.
        sleep(Duration::from_mins(5)).await;
        assert!(won[0].gate().open().await, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_slept_too_long_changes_nothing_more() {
    let sim = Arc::new(Sim::default());
    let slow = take(&sim, "slow").await.unwrap();
    let gate = slow.gate();
    // As if the process had been stopped: somebody else has taken over the record in the meantime.
    steal(&sim, "slow", 1).await;
    sleep(Duration::from_secs(50)).await;
    assert!(!gate.open().await);
    assert!(*slow.ousted().borrow());
    // Releasing a lost lock takes nothing away from the new holder.
    slow.release().await.unwrap();
    assert!(holder(&*sim).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_holder_whose_machine_slept_asks_before_it_changes_anything() {
    let (sim, wall) = (Arc::new(Sim::default()), Wall::showing(0));
    let lease = Lease::acquire(Arc::clone(&sim), run("asleep"), wall.clock()).await.unwrap();
    steal(&sim, "asleep", 1).await;
    // Only the wall clock runs while the machine sleeps.
    wall.show(600);
    assert!(!lease.gate().open().await);
    assert!(*lease.ousted().borrow());
}

#[tokio::test(start_paused = true)]
async fn a_holder_whose_machine_slept_goes_on_where_nobody_took_the_lock() {
    let (sim, wall) = (Arc::new(Sim::default()), Wall::showing(0));
    let lease = Lease::acquire(Arc::clone(&sim), run("asleep"), wall.clock()).await.unwrap();
    wall.show(600);
    assert!(lease.gate().open().await);
    let record = sim.read_lock().await.unwrap().unwrap();
    assert_eq!(record.version, 2, "it did not ask");
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_is_not_told_who_wrote_asks_again() {
    let (far, wall) = (Arc::new(Far::default()), Wall::showing(0));
    let lease = Lease::acquire(Arc::clone(&far), run("asleep"), wall.clock()).await.unwrap();
    wall.show(600);
    far.forgetful.store(true, Relaxed);
    assert!(!lease.gate().open().await);
    assert!(!*lease.ousted().borrow());
    far.forgetful.store(false, Relaxed);
    assert!(lease.gate().open().await);
}

#[tokio::test(start_paused = true)]
async fn only_ones_own_lock_is_given_back() {
    let sim = Arc::new(Sim::default());
    let asleep = take(&sim, "asleep").await.unwrap();
    steal(&sim, "asleep", 1).await;
    asleep.release().await.unwrap();
    assert_eq!(nonce(&*sim).await.as_deref(), Some("thief"));

    let sim = Arc::new(Sim::default());
    let first = take(&sim, "first").await.unwrap();
    unlock(&*sim).await.unwrap();
    let second = take(&sim, "second").await.unwrap();
    first.release().await.unwrap();
    assert_eq!(nonce(&*sim).await.as_deref(), Some("second"));
    second.release().await.unwrap();
    assert_eq!(nonce(&*sim).await, None);
}

#[tokio::test(start_paused = true)]
async fn what_a_run_wrote_that_gave_way_is_given_back_by_the_winner() {
    let sim = Arc::new(Sim::default());
    dead(&sim, "dead").await;
    sleep(Duration::from_secs(100)).await;
    let winner = take(&sim, "winner").await.unwrap();
    // Another run saw the same expired version, and wrote after the winner.
    assert_eq!(steal(&sim, "dead", 1).await, Some(3));
    winner.release().await.unwrap();
    assert_eq!(nonce(&*sim).await, None);
}

#[tokio::test(start_paused = true)]
async fn versions_that_are_counted_anew_prove_nothing() {
    for (renews, thefts) in [(false, 1), (false, 2), (true, 1), (true, 2)] {
        let (sim, wall) = (Arc::new(Sim::default()), Wall::showing(0));
        let asleep = Lease::acquire(Arc::clone(&sim), run("asleep"), wall.clock()).await.unwrap();
        wall.show(600);
        // Its own version is the second now, and then it sleeps.
        assert!(asleep.gate().open().await);
        unlock(&*sim).await.unwrap();
        dead(&sim, "dead").await;
        for theft in 0..thefts {
            assert_eq!(steal(&sim, "dead", 1).await, Some(theft + 2));
        }
        if renews {
            wall.show(1200);
            assert!(!asleep.gate().open().await);
        } else {
            asleep.release().await.unwrap();
            assert_eq!(nonce(&*sim).await.as_deref(), Some("thief"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_could_not_renew_for_a_while_waits_and_goes_on() {
    let (far, wall) = (Arc::new(Far::default()), Wall::showing(3600));
    let lease = Lease::acquire(Arc::clone(&far), run("first"), wall.clock()).await.unwrap();
    far.out_of_reach.store(true, Relaxed);
    sleep(Duration::from_secs(65)).await;
    // Setting the clock back does not make the record younger.
    wall.show(0);
    assert!(!lease.gate().open().await);
    far.out_of_reach.store(false, Relaxed);
    // Long after it would have expired, if the renewals had ended with the outage.
    sleep(Duration::from_mins(5)).await;
    let record = far.read_lock().await.unwrap().unwrap();
    assert!(record.age <= Duration::from_secs(20), "nobody renews it: {record:?}");
    assert!(take(&far, "second").await.is_err());
    assert!(lease.gate().open().await);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_under_way_does_not_outlive_the_lock() {
    let far = Arc::new(Far::default());
    let lease = take(&far, "first").await.unwrap();
    far.way.store(5, Relaxed);
    sleep(Duration::from_secs(22)).await;
    lease.release().await.unwrap();
    sleep(Duration::from_mins(1)).await;
    assert_eq!(nonce(&*far).await, None, "a write came after the removal");
}

#[tokio::test(start_paused = true)]
async fn the_new_holder_survives_the_old_ones_last_write() {
    let sim = Arc::new(Sim::default());
    dead(&sim, "old").await;
    sleep(Duration::from_secs(100)).await;
    let new = take(&sim, "new").await.unwrap();
    // The old run was only stopped; it wakes up and rewrites the record once.
    sim.write_lock(&serde_json::to_string(&run("old")).unwrap(), false).await.unwrap();
    sleep(Duration::from_mins(2)).await;
    assert!(new.gate().open().await);
}

#[tokio::test(start_paused = true)]
async fn unlocking_by_hand_says_whose_lock_it_was() {
    let sim = Arc::new(Sim::default());
    assert_eq!(unlock(&*sim).await, Ok(None));
    dead(&sim, "dead").await;
    assert_eq!(unlock(&*sim).await, Ok(Some(run("dead"))));
    take(&sim, "next").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_record_that_something_else_wrote_is_respected() {
    let sim = Arc::new(Sim::default());
    sim.write_lock("not what nk writes", true).await.unwrap();
    assert!(take(&sim, "first").await.is_err());
}

/// Runs a plan of the small network, whose calls take this many seconds, under the lock, and stops
/// it for good two seconds after its start.
async fn aborted(latency: u64) -> Released {
    let sim = Arc::new(Sim::with_latency(Duration::from_secs(latency)));
    let trial = Trial { sim: Arc::clone(&sim), speed: 1.0 };
    let plan = trial.plan(&network("10.0.0.0/16", "10.0.1.0/24")).await.unwrap();
    let lease = take(&sim, "first").await.unwrap();
    let (events, _told) = mpsc::unbounded_channel();
    let (stopper, stop) = watch::channel(Stop::Go);
    let run = Run {
        registry: nk_kinds::kind,
        parallelism: nk_plan::PLACES,
        every: nk_model::Looks::AWS,
        events,
        stop,
        gate: lease.gate(),
        unseen: Arc::default(),
        speed: 1.0,
        advice: |_| None,
    };
    let stopping = async {
        sleep(Duration::from_secs(2)).await;
        stopper.send_replace(Stop::Abort);
    };
    let (summary, ()) = tokio::join!(execute(sim, plan, run), stopping);
    assert_eq!(summary.outcome, Outcome::Interrupted);
    lease.release().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_cut_off_keeps_the_lock_until_it_must_show() {
    // Every create of the network could create a second resource if it were repeated.
    assert_eq!(aborted(30).await, Released::Left);
    // Waiting for what was created does not count.
    assert_eq!(aborted(0).await, Released::Free);
}
