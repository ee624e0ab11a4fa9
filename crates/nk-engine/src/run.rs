//! Runs a plan: each step starts when what it needs is known, the one with the longest remaining
//! path first.

mod facts;
mod failure;
mod ledger;
mod needs;

use std::{collections::BTreeMap, sync::Arc};

use facts::Facts;
use failure::failure;
use ledger::Ledger;
use needs::Needs;
use nk_model::{
    Action, Address, Event, LiveValue, Operation, Outcome, Plan, Registry, Step, StepId, Summary,
    Unseen,
};
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
    time::{Duration, Instant, sleep_until},
};

use crate::{
    Cloud, CloudError, Nature,
    settle::{Settling, StepError, Surroundings},
    stage::{Gate, Message, STEP, Stage, Stop},
};

/// How a plan is run.
pub struct Run {
    /// Finds the kinds.
    pub registry: Registry,
    /// The maximum number of calls in progress.
    pub parallelism: usize,
    /// The least time between two looks at one resource, as in [`nk_model::Looks::AWS`].
    pub every: Duration,
    /// Where events go.
    pub events: mpsc::UnboundedSender<Event>,
    /// Whether to continue.
    pub stop: watch::Receiver<Stop>,
    /// Asked before every operation that changes something.
    pub gate: Arc<dyn Gate>,
    /// The fields that are not compared, because the emulator does not report them.
    pub unseen: Arc<Unseen>,
    /// How many times faster than AWS the cloud is; every wait is shorter by this factor.
    pub speed: f64,
    /// What to do about an error of the cloud, for steps that fail.
    pub advice: fn(&CloudError) -> Option<String>,
}

/// Runs a plan to its end, or as far as possible.
pub async fn execute<C: Cloud>(cloud: Arc<C>, plan: Plan, run: Run) -> Summary {
    Execution::new(cloud, plan, run).finish().await
}

struct Execution<C> {
    cloud: Arc<C>,
    plan: Arc<Plan>,
    run: Run,
    began: Instant,
    facts: Facts,
    ledger: Ledger,
    needs: Needs,
    by_address: BTreeMap<Address, Vec<StepId>>,
    tasks: JoinSet<(StepId, Duration, Result<Option<LiveValue>, StepError>)>,
    places: Arc<Semaphore>,
    sender: mpsc::UnboundedSender<Message>,
    messages: mpsc::UnboundedReceiver<Message>,
    /// How the run will end once it is stopping, and since when it is.
    stopping: Option<(Outcome, Instant)>,
    /// When calls in progress are given up.
    deadline: Option<Instant>,
}

/// How long calls under way may take to end after the first request to stop, once there is a second.
/// CI runners kill two and a half seconds after that, and the lock is to be released.
const LAST_CALLS: Duration = Duration::from_millis(1200);

impl<C: Cloud> Execution<C> {
    fn new(cloud: Arc<C>, plan: Plan, run: Run) -> Self {
        let (sender, messages) = mpsc::unbounded_channel();
        let facts = Facts::new(&plan);
        Self {
            cloud,
            began: Instant::now(),
            needs: Needs::new(&plan, &facts),
            by_address: needs::by_address(&plan),
            facts,
            ledger: Ledger::new(plan.steps.len()),
            tasks: JoinSet::new(),
            places: Arc::new(Semaphore::new(run.parallelism.max(1))),
            plan: Arc::new(plan),
            run,
            sender,
            messages,
            stopping: None,
            deadline: None,
        }
    }

    fn at(&self) -> Duration {
        self.began.elapsed()
    }

    fn tell(&self, event: Event) {
        // The listener may have gone; the run continues.
        let _ = self.run.events.send(event);
    }

    async fn finish(mut self) -> Summary {
        let mut stop = self.run.stop.clone();
        loop {
            self.notice_stop(*stop.borrow_and_update());
            self.skip_the_hopeless();
            if self.stopping.is_none() {
                self.begin_the_free();
            }
            if self.tasks.is_empty() {
                break;
            }
            tokio::select! {
                // Events of one moment are reported in a fixed order.
                biased;
                Ok(()) = stop.changed() => {}
                () = reached(self.deadline) => self.cut_off(),
                Some(message) = self.messages.recv() => self.heed(message),
                Some(ended) = self.tasks.join_next() => {
                    while let Ok(message) = self.messages.try_recv() {
                        self.heed(message);
                    }
                    match ended {
                        Ok((id, idle, result)) => self.conclude(id, idle, result),
                        Err(error) => std::panic::resume_unwind(error.into_panic()),
                    }
                }
            }
        }
        self.give_up_the_rest();
        let stopping = self.stopping.map(|(outcome, _)| outcome);
        let summary = self.ledger.summary(&self.plan, self.at(), stopping);
        self.tell(Event::Ended { at: self.at(), summary: summary.clone() });
        summary
    }

    fn notice_stop(&mut self, stop: Stop) {
        let (outcome, reason) = match stop {
            Stop::Go => return,
            Stop::Drain => (Outcome::Interrupted, "interrupted: finishing the steps in progress"),
            Stop::Abort => (Outcome::Interrupted, "interrupted again: stopping now"),
            Stop::Ousted => (Outcome::Ousted, "another run has taken over the lock"),
        };
        if self.stopping.is_none() || (stop == Stop::Abort && self.deadline.is_none()) {
            let since = self.stopping.map_or_else(Instant::now, |(_, since)| since);
            self.stopping = Some((outcome, since));
            if stop == Stop::Abort {
                self.deadline = Some(since + LAST_CALLS);
            }
            self.tell(Event::Stopping { at: self.at(), reason: reason.to_owned() });
        }
    }

    /// Starts every step whose needs are met, the one with the longest remaining path first.
    fn begin_the_free(&mut self) {
        for id in self.needs.begin(&self.plan) {
            self.begin(id);
        }
    }

    fn begin(&mut self, id: StepId) {
        let step = &self.plan.steps[id];
        let kind = (self.run.registry)(step.address.kind()).expect("a plan's kinds are known");
        self.ledger.begin(id, self.at());
        self.tell(Event::Started {
            at: self.at(),
            step: id,
            address: step.address.clone(),
            action: step.action,
            usual: step.usual.median,
        });
        let resolved = self.facts.resolve(&step.spec);
        let spec = match step.action.operation() {
            Operation::Destroy => resolved,
            _ => (kind.canonical)(&resolved).unwrap_or(resolved),
        };
        let surroundings = self.surroundings(id);
        let (cloud, plan) = (Arc::clone(&self.cloud), Arc::clone(&self.plan));
        let (places, gate) = (Arc::clone(&self.places), Arc::clone(&self.run.gate));
        let (unseen, every) = (Arc::clone(&self.run.unseen), self.run.every);
        let (messages, told) = (self.sender.clone(), self.run.stop.clone());
        let speed = self.run.speed;
        self.tasks.spawn(STEP.scope(id, async move {
            let stage = Stage::new(id, messages, told, places, &*gate, every, speed);
            let step = &plan.steps[id];
            let mut settling =
                Settling::new(&*cloud, kind, step, spec, surroundings, stage, &unseen);
            let result = match step.action.operation() {
                Operation::Destroy => settling.remove().await.map(|()| None),
                _ => settling.make().await.map(Some),
            };
            (id, settling.stage.idle(), result)
        }));
    }

    /// What else is at a step's address, and whether this run has deleted what was there.
    fn surroundings(&self, id: StepId) -> Surroundings {
        let steps = &self.plan.steps;
        let Step { address, part, pair, needs, .. } = &steps[id];
        let destroys = |id: StepId| steps[id].action.operation() == Operation::Destroy;
        // If names are ids, a deleted resource has the same id as its successor.
        let gone = |other: StepId| needs.iter().any(|need| need.step == other);
        let own = |other: StepId| part.precedes_destroy() && *pair == Some(other);
        let others = self.by_address[address].iter().filter(|other| {
            let going = destroys(**other) && **other != id && !gone(**other) && !own(**other);
            going || steps[**other].action == Action::Supersede
        });
        let others = others.filter_map(|other| Some(steps[*other].live.as_ref()?.id.clone()));
        Surroundings {
            others: others.collect(),
            vacated: needs.iter().any(|need| destroys(need.step)),
        }
    }

    fn heed(&mut self, message: Message) {
        let at = self.at();
        match message {
            Message::Known(id, live, idle) => {
                if self.facts.learn(&self.plan.steps[id], &live) {
                    self.ledger.known(id, at, idle);
                    self.needs.known(id, &live.address, &self.facts);
                    let (address, aws_id) = (live.address.clone(), live.id.clone());
                    self.tell(Event::Known { at, step: id, address, id: aws_id });
                }
            }
            Message::Waiting(id, reason) => {
                let address = self.plan.steps[id].address.clone();
                self.tell(Event::Waiting { at, step: id, address, reason });
            }
        }
    }

    fn conclude(
        &mut self,
        id: StepId,
        idle: Duration,
        result: Result<Option<LiveValue>, StepError>,
    ) {
        let at = self.at();
        let step = &self.plan.steps[id];
        let (address, action) = (step.address.clone(), step.action);
        match result {
            Ok(live) => {
                if let Some(live) = &live {
                    self.facts.learn(step, live);
                }
                let live = live.as_ref().or(step.live.as_ref());
                let (aws_id, notes) =
                    live.map(|live| (live.id.clone(), live.notes.clone())).unwrap_or_default();
                let legacy = || step.live.as_ref()?.legacy(self.run.registry);
                let notes = match action.operation() {
                    Operation::Destroy => legacy().into_iter().collect(),
                    Operation::Create | Operation::Update => notes,
                };
                let took = self.ledger.finish(id, at, idle, &address, &notes);
                self.needs.done(id);
                self.tell(Event::Finished {
                    at,
                    step: id,
                    address,
                    action,
                    id: aws_id,
                    took,
                    notes,
                });
            }
            Err(StepError::Interrupted) => {
                self.ledger.skip(id);
                self.needs.lost(id);
                let because =
                    "interrupted while waiting; the next run continues from here".to_owned();
                self.tell(Event::Skipped { at, step: id, address, action, because });
            }
            Err(error) => {
                self.ledger.fail(id);
                self.needs.lost(id);
                let failure = failure(id, step, &error, self.run.advice);
                self.tell(Event::Failed { at, failure });
                self.stop_unknown(&error);
            }
        }
    }

    /// Starts no further step once AWS does not accept the credentials: each would fail in the same
    /// way.
    fn stop_unknown(&mut self, error: &StepError) {
        let unknown =
            matches!(error, StepError::Cloud(error) if error.nature == Nature::Credentials);
        if unknown && self.stopping.is_none() {
            self.stopping = Some((Outcome::Partial, Instant::now()));
            let reason = "AWS no longer accepts the credentials".to_owned();
            self.tell(Event::Stopping { at: self.at(), reason });
        }
    }

    /// Skips the steps that need a step that failed or was skipped.
    fn skip_the_hopeless(&mut self) {
        while let Some(id) = self.needs.skip() {
            let needs = &self.plan.steps[id].needs;
            let lost = needs.iter().find(|need| self.ledger.is_lost(need.step));
            let lost = &self.plan.steps[lost.expect("only lost steps make hopeless ones").step];
            let because = match lost.action.operation() {
                Operation::Destroy => format!("`{}` still exists", lost.address),
                _ => format!("`{}` does not exist", lost.address),
            };
            self.skip(id, because);
        }
    }

    fn skip(&mut self, id: StepId, because: String) {
        self.ledger.skip(id);
        self.needs.lost(id);
        let step = &self.plan.steps[id];
        let (address, action) = (step.address.clone(), step.action);
        self.tell(Event::Skipped { at: self.at(), step: id, address, action, because });
    }

    /// Ends the calls in progress; the next run finds out what they did.
    fn cut_off(&mut self) {
        self.tasks = JoinSet::new();
        for id in self.ledger.running() {
            self.skip(id, "interrupted during a call; the next run continues from here".to_owned());
        }
    }

    fn give_up_the_rest(&mut self) {
        for id in self.needs.give_up() {
            self.skip(id, "the run was stopped first".to_owned());
        }
    }
}

async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
