//! The lock: one run at a time changes a stack.
//!
//! # Expected flow
//!
//! A run writes the lock as a new record, rewrites it every [`RENEW`], and removes it at its
//! end. A record that has not been rewritten for 90 seconds, by the cloud's own clock, belongs to a
//! run that is dead; another run writes over it.
//!
//! # Guarantees
//!
//! The store has no compare-and-swap, but every write returns a version that only grows. Of two
//! runs that overwrite the same expired version, the writer of the next version has won; the other
//! sees that its own version is a later one, and gives way. The winner removes at its end what the
//! other has written. A holder that finds a version by a run that took over *its* record stops
//! before its next change, and leaves the record to that run.
//!
//! # Caveats
//!
//! The lock keeps out other runs of nk and nothing else.

mod take;

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use futures::future::BoxFuture;
use nk_model::Hint;
use serde::{Deserialize, Serialize};
use take::take;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::{Cloud, CloudError, CloudResult, Gate};

/// How often the holder rewrites the lock.
const RENEW: Duration = Duration::from_secs(20);
/// How old the last rewrite may be for the holder to change something without asking first whether it
/// still holds the lock: well before anyone else may take it.
const FRESH: Duration = Duration::from_secs(45);
/// What was rewritten less long ago is not rewritten again.
const JUST: Duration = Duration::from_secs(10);

/// The lock as the cloud keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockRecord {
    /// The content, as its holder wrote it.
    pub value: String,
    /// Grows by one with every write.
    pub version: i64,
    /// How long ago it was last written, by the cloud's own clock.
    pub age: Duration,
}

/// Who holds a lock, as written into it. It contains no secrets: the command without the values of
/// its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Holder {
    /// The user and the process, such as `alice (process 4711)`.
    pub holder: String,
    /// The machine.
    pub host: String,
    /// The command, such as `nk apply --env dev`.
    pub command: String,
    /// When it started, in UTC.
    pub since: String,
    /// Distinguishes two runs.
    pub nonce: String,
    /// The version that this run took over; none for a run that found no record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<i64>,
    /// The nonce in that version: if its writer is alive after all, its next rewrite is recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ousts: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {} since {}: `{}`", self.holder, self.host, self.since, self.command)
    }
}

/// Why the lock could not be taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LockError {
    /// Another run holds it.
    #[error("another run holds the lock: {holder}")]
    Held {
        /// Who.
        holder: Holder,
        /// How long ago it showed a sign of life.
        age: Duration,
    },
    /// A call failed.
    #[error("could not take the lock")]
    Cloud(#[from] CloudError),
}

impl LockError {
    /// How the lock becomes free if another run holds it.
    pub fn hint(&self) -> Option<Hint> {
        let Self::Held { age, .. } = self else { return None };
        let age = format!(
            "the other run renewed the lock {} s ago, and it expires after 90 s without renewal; ",
            age.as_secs()
        );
        Some(Hint::from(age).command("nk unlock").then(" removes it at once"))
    }
}

/// Who holds the lock.
///
/// # Errors
///
/// If the call fails.
pub async fn holder<C: Cloud>(cloud: &C) -> Result<Option<Holder>, CloudError> {
    let record = cloud.read_lock().await?;
    Ok(record.map(|record| read(&record.value)))
}

/// Removes the lock, whoever holds it, and returns the holder.
///
/// # Errors
///
/// If a call fails.
pub async fn unlock<C: Cloud>(cloud: &C) -> Result<Option<Holder>, CloudError> {
    let held = holder(cloud).await?;
    if held.is_some() {
        cloud.remove_lock().await?;
    }
    Ok(held)
}

fn read(value: &str) -> Holder {
    serde_json::from_str(value).unwrap_or_else(|_| Holder {
        holder: "somebody".into(),
        host: "an unknown machine".into(),
        command: "(the lock was not written by nk)".into(),
        since: "an unknown time".into(),
        nonce: String::new(),
        over: None,
        ousts: None,
    })
}

/// Reads the wall clock. tokio's clock stands still while the machine sleeps.
pub type WallClock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// A held lock. It is released by [`Lease::release`], or expires.
pub struct Lease<C: Cloud> {
    shared: Arc<Shared<C>>,
    renewal: JoinHandle<()>,
}

/// What happened to a lock that was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It is free, or belongs to another run.
    Free,
    /// It is left to expire, because it is not known whether a create that could be repeated
    /// succeeded. The next run then starts when AWS shows what was created.
    Left,
}

struct Shared<C> {
    cloud: Arc<C>,
    mine: Holder,
    clock: WallClock,
    state: Mutex<State>,
    ousted: watch::Sender<bool>,
    /// How many creates were sent whose result is not known.
    unsettled: AtomicUsize,
    /// One renewal at a time.
    renewing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    version: i64,
    asked: Moment,
}

/// A point in time by both clocks.
#[derive(Debug, Clone, Copy)]
struct Moment {
    steady: Instant,
    wall: SystemTime,
}

impl Moment {
    fn now(clock: &WallClock) -> Self {
        Self { steady: Instant::now(), wall: clock() }
    }

    /// How long ago it was at most: the steady clock stands still while the machine sleeps, and the
    /// wall clock may be set back.
    fn age(&self, clock: &WallClock) -> Duration {
        let by_wall = clock().duration_since(self.wall).unwrap_or_default();
        self.steady.elapsed().max(by_wall)
    }
}

impl<C: Cloud> Lease<C> {
    /// Takes the lock, if it is free or its holder is dead.
    ///
    /// # Errors
    ///
    /// If another run holds it, or a call fails.
    pub async fn acquire(cloud: Arc<C>, mine: Holder, clock: WallClock) -> Result<Self, LockError> {
        let asked = Moment::now(&clock);
        let (mine, version) = take(&*cloud, mine).await?;
        let state = Mutex::new(State { version, asked });
        let (ousted, _) = watch::channel(false);
        let renewing = tokio::sync::Mutex::new(());
        let shared = Arc::new(Shared {
            cloud,
            mine,
            clock,
            state,
            ousted,
            unsettled: AtomicUsize::new(0),
            renewing,
        });
        let renewal = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                // A renewal that fails is repeated for as long as the run lives; until it succeeds,
                // the gate is closed.
                while !shared.is_ousted() {
                    sleep(RENEW).await;
                    shared.renew().await;
                }
            }
        });
        Ok(Self { shared, renewal })
    }

    /// Reports when another run has taken over the lock.
    pub fn ousted(&self) -> watch::Receiver<bool> {
        self.shared.ousted.subscribe()
    }

    /// Allows changes as long as the lock is held.
    pub fn gate(&self) -> Arc<dyn Gate> {
        Arc::new(LeaseGate(Arc::clone(&self.shared)))
    }

    /// Releases the lock, if it still belongs to this run and nothing speaks against it.
    ///
    /// # Errors
    ///
    /// If a call fails; the lock then expires by itself.
    pub async fn release(self) -> Result<Released, CloudError> {
        // A renewal in progress ends first: if it arrived after the removal, it would leave a lock
        // that nobody holds.
        let _last = self.shared.renewing.lock().await;
        self.renewal.abort();
        if self.shared.is_ousted() {
            return Ok(Released::Free);
        }
        if self.shared.unsettled.load(Relaxed) > 0 {
            return Ok(Released::Left);
        }
        let Shared { cloud, mine, .. } = &*self.shared;
        // The lock may have been removed by hand, or taken over while the machine slept. A run that
        // has given way leaves the record to the run that it gave way to.
        let Some(record) = cloud.read_lock().await? else { return Ok(Released::Free) };
        let is_mine = read(&record.value).nonce == mine.nonce;
        let ours = self.shared.state().version;
        if is_mine || self.shared.keeps(ours, record.version + 1).await? {
            cloud.remove_lock().await?;
        }
        Ok(Released::Free)
    }
}

impl<C: Cloud> Drop for Lease<C> {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

struct LeaseGate<C>(Arc<Shared<C>>);

impl<C: Cloud> Gate for LeaseGate<C> {
    fn open(&self) -> BoxFuture<'_, bool> {
        Box::pin(async {
            if self.0.is_ousted() {
                return false;
            }
            if self.0.is_fresh() {
                return true;
            }
            // In a task of its own, so that a step that is cut off leaves no write in progress that
            // `renewing` does not know about.
            let shared = Arc::clone(&self.0);
            tokio::spawn(async move { shared.renew().await }).await.unwrap_or(false)
        })
    }

    fn sent(&self) {
        self.0.unsettled.fetch_add(1, Relaxed);
    }

    fn settled(&self) {
        self.0.unsettled.fetch_sub(1, Relaxed);
    }
}

impl<C: Cloud> Shared<C> {
    fn state(&self) -> State {
        *self.state.lock().expect("nothing panics while it holds this lock")
    }

    fn is_ousted(&self) -> bool {
        *self.ousted.borrow()
    }

    fn age(&self) -> Duration {
        self.state().asked.age(&self.clock)
    }

    fn is_fresh(&self) -> bool {
        self.age() < FRESH
    }

    /// Rewrites the lock; false if nothing may be changed now.
    async fn renew(&self) -> bool {
        let _one = self.renewing.lock().await;
        if self.is_ousted() {
            return false;
        }
        if self.age() < JUST {
            return true;
        }
        let before = self.state().version;
        let asked = Moment::now(&self.clock);
        let Ok(value) = serde_json::to_string(&self.mine) else { return false };
        match self.cloud.write_lock(&value, false).await {
            Ok(Some(version)) => {
                let follows = version == before + 1 && self.is_fresh();
                let keeps = if follows { Ok(true) } else { self.keeps(before, version).await };
                // If that is not known, the next attempt finds out.
                let Ok(keeps) = keeps else { return false };
                if !keeps {
                    self.ousted.send_replace(true);
                    return false;
                }
                *self.state.lock().expect("nothing panics while it holds this lock") =
                    State { version, asked };
                true
            }
            // Not reached. The next attempt is soon, and the record is valid for longer.
            Ok(None) | Err(_) => self.is_fresh(),
        }
    }

    /// Whether the lock still belongs to this run after everything that was written between its
    /// last version and this one. Its own version must still exist, because versions start again
    /// after a removal.
    async fn keeps(&self, ours: i64, next: i64) -> CloudResult<bool> {
        for version in ours..next {
            let Some(value) = self.cloud.lock_version(version).await? else { return Ok(false) };
            let writer = read(&value);
            let is_mine = writer.nonce == self.mine.nonce;
            if !is_mine && (version == ours || !self.is_harmless(&writer, ours)) {
                return Ok(false);
            }
        }
        Ok(next > ours)
    }

    /// Whether a write by another run after our version does not cost us the lock: that run took
    /// over a version older than ours and has therefore given way, or it is the run that we took
    /// the lock from, which then notices that it has lost it.
    fn is_harmless(&self, writer: &Holder, ours: i64) -> bool {
        self.mine.ousts.as_ref() == Some(&writer.nonce)
            || writer.over.is_some_and(|over| over < ours)
    }
}

/// How many calls holding the lock for so long takes: one to take it, two to give it back, and the
/// renewals.
pub fn lock_calls(held: Duration) -> usize {
    usize::try_from(3 + held.as_secs() / RENEW.as_secs()).unwrap_or(usize::MAX)
}
