//! One run at a time: the lock's protocol on the simulated cloud, in paused time.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use nk_engine::{Cloud, Holder, Lease, LockError, holder, unlock};
use nk_sim::Sim;
use tokio::time::sleep;

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

async fn take(sim: &Arc<Sim>, nonce: &str) -> Result<Lease<Sim>, LockError> {
    Lease::acquire(Arc::clone(sim), run(nonce)).await
}

/// Writes the lock as a run does that dies at once.
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
        // The winner is not put off by what the others wrote over it.
        sleep(Duration::from_mins(5)).await;
        assert!(won[0].gate().open().await, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_slept_too_long_changes_nothing_more() {
    let sim = Arc::new(Sim::default());
    let slow = take(&sim, "slow").await.unwrap();
    let gate = slow.gate();
    // As if the process had been stopped: somebody else has taken the record over meanwhile.
    let thief = Holder { over: Some(1), ousts: Some("slow".into()), ..run("thief") };
    sim.write_lock(&serde_json::to_string(&thief).unwrap(), false).await.unwrap();
    sleep(Duration::from_secs(50)).await;
    assert!(!gate.open().await);
    assert!(*slow.ousted().borrow());
    // Giving a lost lock back takes nothing away from the new holder.
    slow.release().await.unwrap();
    assert!(holder(&*sim).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn the_new_holder_survives_the_old_ones_last_write() {
    let sim = Arc::new(Sim::default());
    dead(&sim, "old").await;
    sleep(Duration::from_secs(100)).await;
    let new = take(&sim, "new").await.unwrap();
    // The old run was only stopped; it wakes and rewrites the record once.
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
