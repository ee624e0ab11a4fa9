//! What a step may ask of the run it is part of.

use std::sync::Arc;

use futures::future::BoxFuture;
use nk_model::{LiveValue, StepId};
use tokio::{
    sync::{Semaphore, SemaphorePermit, mpsc, watch},
    time::{Duration, Instant},
};

use super::Message;
use crate::settle::sleep_or;

/// Whether a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stop {
    /// It does.
    #[default]
    Go,
    /// Nothing new begins; what is under way is finished.
    Drain,
    /// Nothing is waited for either.
    Abort,
    /// Another run has the lock now.
    Ousted,
}

/// Asked before every call that changes something, whether the run may still change anything.
pub trait Gate: Send + Sync {
    /// Whether it may.
    fn open(&self) -> BoxFuture<'_, bool>;
}

/// A gate that is always open, for clouds that nobody shares.
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
    speed: f64,
    last_reason: std::sync::Mutex<String>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        id: StepId,
        sender: mpsc::UnboundedSender<Message>,
        stop: watch::Receiver<Stop>,
        places: Arc<Semaphore>,
        gate: &'a dyn Gate,
        speed: f64,
    ) -> Self {
        Self { id, sender, stop, places, gate, speed, last_reason: std::sync::Mutex::default() }
    }

    /// Tells what AWS has assigned.
    pub(crate) fn known(&self, live: &LiveValue) {
        let _ = self.sender.send(Message::Known(self.id, Box::new(live.clone())));
    }

    /// Tells what the step waits for, once for each thing.
    pub(crate) fn waits(&self, reason: &str) {
        let mut last = self.last_reason.lock().expect("nothing panics while it holds this lock");
        if *last != reason {
            reason.clone_into(&mut last);
            let _ = self.sender.send(Message::Waiting(self.id, reason.to_owned()));
        }
    }

    /// A place among the calls that may be under way at once; held while the call is.
    pub(crate) async fn place(&self) -> SemaphorePermit<'_> {
        self.places.acquire().await.expect("the semaphore is never closed")
    }

    /// Passes when a call may be made that changes something.
    pub(crate) async fn gate(&self) -> Result<(), Interrupted> {
        let stopped = matches!(*self.stop.borrow(), Stop::Abort | Stop::Ousted);
        if !stopped && self.gate.open().await { Ok(()) } else { Err(Interrupted) }
    }

    /// The seconds since then, as AWS would count them.
    pub(crate) fn since(&self, then: Instant) -> f64 {
        then.elapsed().as_secs_f64() * self.speed
    }

    /// Sleeps for what is so long on AWS, unless nothing is waited for any more.
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
