//! The state of each step, and when it changed.

use std::time::Duration;

use nk_model::{Address, Need, Outcome, Plan, StepId, Summary, Until};

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Waiting,
    Running,
    Done,
    Failed,
    Skipped,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    state: State,
    began: Duration,
    known: Option<Duration>,
    ended: Duration,
    /// How much of the time before it was known, and before it ended, was not AWS's.
    idle: [Duration; 2],
}

/// One entry per step.
pub(super) struct Ledger {
    entries: Vec<Entry>,
    notes: Vec<String>,
}

impl Ledger {
    pub(super) fn new(steps: usize) -> Self {
        let none = Duration::ZERO;
        let entry =
            Entry { state: State::Waiting, began: none, known: None, ended: none, idle: [none; 2] };
        Self { entries: vec![entry; steps], notes: Vec::new() }
    }

    pub(super) fn begin(&mut self, id: StepId, at: Duration) {
        self.entries[id].state = State::Running;
        self.entries[id].began = at;
    }

    pub(super) fn known(&mut self, id: StepId, at: Duration, idle: Duration) {
        self.entries[id].known = Some(at);
        self.entries[id].idle[0] = idle;
    }

    /// Returns how long it took.
    pub(super) fn finish(
        &mut self,
        id: StepId,
        at: Duration,
        idle: Duration,
        address: &Address,
        notes: &[String],
    ) -> Duration {
        let entry = &mut self.entries[id];
        entry.state = State::Done;
        entry.ended = at;
        entry.idle[1] = idle;
        self.notes.extend(notes.iter().map(|note| format!("{address}: {note}")));
        at.saturating_sub(entry.began)
    }

    pub(super) fn fail(&mut self, id: StepId) {
        self.entries[id].state = State::Failed;
    }

    pub(super) fn skip(&mut self, id: StepId) {
        self.entries[id].state = State::Skipped;
    }

    pub(super) fn is_done(&self, id: StepId) -> bool {
        self.entries[id].state == State::Done
    }

    /// The steps in progress.
    pub(super) fn running(&self) -> Vec<StepId> {
        let running = |id: &StepId| self.entries[*id].state == State::Running;
        (0..self.entries.len()).filter(running).collect()
    }

    /// Whether it will never be done in this run.
    pub(super) fn is_lost(&self, id: StepId) -> bool {
        matches!(self.entries[id].state, State::Failed | State::Skipped)
    }

    pub(super) fn summary(&self, plan: &Plan, took: Duration, stopped: Option<Outcome>) -> Summary {
        let count = |state| self.entries.iter().filter(|entry| entry.state == state).count();
        let (failed, skipped) = (count(State::Failed), count(State::Skipped));
        let outcome = match stopped {
            Some(outcome) => outcome,
            None if failed + skipped > 0 => Outcome::Partial,
            None => Outcome::Done,
        };
        let (critical_steps, bound) = self.critical_path(plan);
        let critical_path =
            critical_steps.iter().map(|id| plan.steps[*id].address.clone()).collect();
        Summary {
            outcome,
            finished: count(State::Done),
            failed,
            skipped,
            took,
            critical_path,
            critical_steps,
            bound,
            predicted: plan.forecast.clone(),
            notes: self.notes.clone(),
            each: self.each(),
        }
    }

    /// How long each step took that succeeded.
    fn each(&self) -> Vec<(StepId, Duration)> {
        let done = self.entries.iter().enumerate().filter(|(_, entry)| entry.state == State::Done);
        done.map(|(id, entry)| (id, entry.ended.saturating_sub(entry.began))).collect()
    }

    /// From the step that ended last back along the needs that were met last, and how long AWS
    /// needed for those steps.
    fn critical_path(&self, plan: &Plan) -> (Vec<StepId>, Duration) {
        let done = (0..self.entries.len()).filter(|id| self.is_done(*id));
        let last = done.max_by_key(|id| self.entries[*id].ended);
        let Some(mut id) = last else { return (Vec::new(), Duration::ZERO) };
        let mut path = vec![id];
        let mut bound = self.entries[id].until(Until::Ended).1;
        let met = |need: &&Need| self.entries[need.step].until(need.until).0;
        while let Some(need) = plan.steps[id].needs.iter().max_by_key(met) {
            bound += self.entries[need.step].until(need.until).1;
            id = need.step;
            path.push(id);
        }
        path.reverse();
        (path, bound)
    }
}

impl Entry {
    /// When it had come so far, and how long AWS needed for that.
    fn until(&self, until: Until) -> (Duration, Duration) {
        let [known_idle, ended_idle] = self.idle;
        let (at, idle) = match (until, self.known) {
            (Until::Known, Some(known)) if known < self.ended => (known, known_idle),
            _ => (self.ended, ended_idle),
        };
        (at, at.saturating_sub(self.began + idle))
    }
}
