//! What a step may use of the run that it belongs to.

use std::sync::{Arc, Mutex, MutexGuard};

use futures::future::BoxFuture;
use nk_model::{LiveValue, StepId};
use tokio::{
    sync::{Semaphore, SemaphorePermit, mpsc, watch},
    task_local,
    time::{Duration, Instant, sleep},
};

task_local! {
    /// The step that runs in this task.
    pub(crate) static STEP: StepId;
}

/// The step that makes the current call of this task; none outside a step.
pub fn current_step() -> Option<StepId> {
    STEP.try_with(|id| *id).ok()
}

/// What a running step reports to the run.
pub(crate) enum Message {
    /// AWS has assigned outputs, and so much of the step's time was not AWS's so far.
    Known(StepId, Box<LiveValue>, Duration),
    /// The step waits.
    Waiting(StepId, String),
}

/// Whether a run continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stop {
    /// It does.
    #[default]
    Go,
    /// No further step starts; the steps in progress are finished.
    Drain,
    /// Nothing is waited for either.
    Abort,
    /// Another run has taken over the lock.
    Ousted,
}

/// Asked before every change whether the run may still change anything.
pub trait Gate: Send + Sync {
    /// Whether it may.
    fn open(&self) -> BoxFuture<'_, bool>;

    /// A create is sent that could create a second resource if it were repeated.
    fn sent(&self) {}

    /// The result of such a create is known.
    fn settled(&self) {}
}

/// A gate that is always open, for clouds that are not shared.
pub struct NoGate;

impl Gate for NoGate {
    fn open(&self) -> BoxFuture<'_, bool> {
        Box::pin(async { true })
    }
}

/// The run was told to stop.
#[derive(Debug)]
pub(crate) struct Interrupted;

/// A step's side of the run.
pub(crate) struct Stage<'a> {
    id: StepId,
    sender: mpsc::UnboundedSender<Message>,
    stop: watch::Receiver<Stop>,
    places: Arc<Semaphore>,
    gate: &'a dyn Gate,
    every: Duration,
    speed: f64,
    last_reason: Mutex<String>,
    idle: Mutex<Idle>,
}

/// What a step has waited for that was not AWS's work.
#[derive(Debug, Clone, Copy, Default)]
struct Idle {
    /// For a permit, and for probes that came late.
    sure: Duration,
    /// The last wait: AWS may have finished at any time in it.
    rest: Duration,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(
        id: StepId,
        sender: mpsc::UnboundedSender<Message>,
        stop: watch::Receiver<Stop>,
        places: Arc<Semaphore>,
        gate: &'a dyn Gate,
        every: Duration,
        speed: f64,
    ) -> Self {
        let (last_reason, idle) = (Mutex::default(), Mutex::default());
        Self { id, sender, stop, places, gate, every, speed, last_reason, idle }
    }

    /// The least time between two looks.
    pub(crate) fn every(&self) -> Duration {
        self.every
    }

    /// How long so far nk has waited for nothing that AWS had to do, at most.
    pub(crate) fn idle(&self) -> Duration {
        let Idle { sure, rest } = *self.locked_idle();
        sure + rest
    }

    fn locked_idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().expect("nothing panics while it holds this lock")
    }

    /// Sleeps until the next probe or the next attempt, for a time on AWS's scale.
    pub(crate) async fn rest(&self, time: Duration) -> Result<(), Interrupted> {
        self.locked_idle().rest = time.div_f64(self.speed);
        self.sleep(time).await
    }

    /// AWS had finished when the last wait ended, so a part of it may have been too long.
    pub(crate) fn rested(&self) {
        let mut idle = self.locked_idle();
        let rest = std::mem::take(&mut idle.rest);
        idle.sure += rest;
    }

    /// Reports what AWS has assigned.
    pub(crate) fn known(&self, live: &LiveValue) {
        let _ = self.sender.send(Message::Known(self.id, Box::new(live.clone()), self.idle()));
    }

    /// Reports what the step waits for, once for each reason.
    pub(crate) fn waits(&self, reason: &str) {
        let mut last = self.last_reason.lock().expect("nothing panics while it holds this lock");
        if *last != reason {
            reason.clone_into(&mut last);
            let _ = self.sender.send(Message::Waiting(self.id, reason.to_owned()));
        }
    }

    /// A permit for a call; held during the call.
    pub(crate) async fn place(&self) -> SemaphorePermit<'_> {
        let asked = Instant::now();
        let place = self.places.acquire().await.expect("the semaphore is never closed");
        self.locked_idle().sure += asked.elapsed();
        place
    }

    /// Returns when a call that changes something may be made.
    pub(crate) async fn gate(&self) -> Result<(), Interrupted> {
        let stopped = matches!(*self.stop.borrow(), Stop::Abort | Stop::Ousted);
        if !stopped && self.gate.open().await { Ok(()) } else { Err(Interrupted) }
    }

    /// A create is sent that could create a second resource if it were repeated.
    pub(crate) fn sent(&self) {
        self.gate.sent();
    }

    /// The result of such a create is known.
    pub(crate) fn settled(&self) {
        self.gate.settled();
    }

    /// The time since then, as AWS would count it.
    pub(crate) fn since(&self, then: Instant) -> Duration {
        then.elapsed().mul_f64(self.speed)
    }

    /// Sleeps for a time on AWS's scale, unless nothing is waited for any more.
    pub(crate) async fn sleep(&self, duration: Duration) -> Result<(), Interrupted> {
        let mut stop = self.stop.clone();
        let stopped = async move {
            if stop.wait_for(|stop| matches!(stop, Stop::Abort | Stop::Ousted)).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        sleep_or(duration.div_f64(self.speed), stopped).await
    }
}

/// Sleeps unless told to stop waiting.
async fn sleep_or(
    duration: Duration,
    stopped: impl Future<Output = ()>,
) -> Result<(), Interrupted> {
    tokio::select! {
        () = sleep(duration) => Ok(()),
        () = stopped => Err(Interrupted),
    }
}
