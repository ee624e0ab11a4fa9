//! A run as a trace that <https://ui.perfetto.dev> opens: one track a step, with slices for the
//! step, its waits and its calls.
//!
//! The form is the array of the Trace Event Format, one event a line; its closing bracket may be
//! missing, so what a killed run leaves can be read. See
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.

mod read;
mod track;

use std::collections::{BTreeMap, HashMap, VecDeque};

use nk_model::{Action, Address, Call, Event, Json, Plan, StepId, Summary, Until};
pub use read::{Recorded, RecordedStep, TraceError, read_trace};
use serde_json::json;
use track::Track;

use crate::text::tame;

/// The process that all tracks belong to; there is only one.
const PROCESS: u32 = 1;
/// The track of the longest chain.
const LONGEST: usize = 0;
/// The track of what belongs to no step: reading, and the lock.
const RUN: usize = 1;
/// The track of the first step.
const FIRST: usize = 2;
/// How far apart the tracks of one step are that it needs for calls at the same time.
const LANE: usize = 1_000_000;

/// Makes the events of a trace from the events and calls of a run.
#[derive(Debug, Default)]
pub struct Trace {
    /// What the plan says of each step.
    steps: Vec<Planned>,
    /// By step.
    tracks: Vec<Track>,
    /// The track of what belongs to no step.
    run: Track,
    /// The steps that have not begun, by resource and action.
    waiting: HashMap<(Address, Action), VecDeque<StepId>>,
    /// The steps under way at an address, the latest last.
    open: HashMap<Address, Vec<StepId>>,
    /// When the run began, in seconds since the trace did.
    zero: f64,
    /// How many arrows there are.
    arrows: usize,
}

#[derive(Debug)]
struct Planned {
    address: Address,
    action: Action,
    needs: Vec<nk_model::Need>,
}

/// Microseconds, as the format counts them.
pub(crate) fn microseconds(seconds: f64) -> u64 {
    u64::try_from(std::time::Duration::from_secs_f64(seconds.max(0.0)).as_micros())
        .unwrap_or(u64::MAX)
}

impl Trace {
    /// What stands first: whose trace this is.
    pub fn open(&mut self, title: &str) -> Vec<Json> {
        let named = |name: &str, track: usize, text: &str| json!({"ph": "M", "name": name, "pid": PROCESS, "tid": track, "args": {"name": text}});
        vec![
            named("process_name", LONGEST, title),
            named("thread_name", LONGEST, "longest chain"),
            named("thread_name", RUN, "nk"),
        ]
    }

    /// The plan that is run from now on, `at` seconds since the trace began.
    pub fn plan(&mut self, at: f64, plan: &Plan) -> Vec<Json> {
        self.zero = at;
        self.tracks = plan.steps.iter().map(|_| Track::default()).collect();
        let mut events = Vec::new();
        let mut steps = Vec::new();
        for (id, step) in plan.steps.iter().enumerate() {
            let (address, action, needs) = (step.address.clone(), step.action, step.needs.clone());
            events.push(json!({
                "ph": "M", "name": "thread_name", "pid": PROCESS, "tid": FIRST + id,
                "args": {"name": address},
            }));
            steps.push(json!({"address": address, "action": action, "needs": needs}));
            self.waiting.entry((address.clone(), action)).or_default().push_back(id);
            self.steps.push(Planned { address, action, needs });
        }
        // What `nk graph --run` draws; viewers pass over metadata that they do not know.
        events.push(json!({
            "ph": "M", "name": "nk_plan", "pid": PROCESS, "tid": RUN, "args": {"steps": steps},
        }));
        events
    }

    /// What an event of the run adds.
    pub fn event(&mut self, event: &Event) -> Vec<Json> {
        match event {
            Event::Started { at, address, action, usual } => {
                self.start(self.zero + at, address, *action, *usual)
            }
            Event::Waiting { at, address, reason } => self.wait(self.zero + at, address, reason),
            Event::Known { at, address, id } => self.known(self.zero + at, address, id),
            Event::Finished { at, address, action, id, notes, .. } => {
                let args = json!({"outcome": "done", "id": id, "notes": notes});
                self.end(self.zero + at, address, *action, &args)
            }
            Event::Failed { at, failure } => {
                let args = json!({
                    "outcome": "failed", "error": failure.error, "cause": failure.cause,
                });
                self.end(self.zero + at, &failure.address, failure.action, &args)
            }
            Event::Skipped { at, address, action, because } => {
                let (at, args) =
                    (self.zero + at, json!({"outcome": "skipped", "because": because}));
                if self.under_way(address, *action).is_some() {
                    return self.end(at, address, *action, &args);
                }
                let Some(id) = self.next(address, *action) else { return Vec::new() };
                vec![instant(FIRST + id, at, "skipped", &args)]
            }
            Event::Stopping { at, reason } => {
                vec![instant(RUN, self.zero + at, "stopping", &json!({"reason": reason}))]
            }
            Event::Ended { summary, .. } => self.finish(summary),
        }
    }

    /// What a call adds, where `at` is in seconds since the trace began.
    pub fn call(&mut self, call: &Call) -> Vec<Json> {
        let Call { address, operation, at, seconds, status, request_id } = call;
        let step = address.as_ref().and_then(|address| self.open.get(address)?.last().copied());
        let (number, track) = match step {
            Some(id) => (FIRST + id, &mut self.tracks[id]),
            None => (RUN, &mut self.run),
        };
        let mut events = Vec::new();
        let (began, ended) = (microseconds(*at), microseconds(at + seconds));
        let began = began.max(track.began);
        if !reads(operation) {
            events.extend(track.stop_waiting(began).map(|at| close(number, at, &json!({}))));
        }
        let (lane, fresh) = track.lane(began, ended);
        let name = step.map_or("nk", |id| self.steps[id].address.as_str());
        if fresh {
            events.push(json!({
                "ph": "M", "name": "thread_name", "pid": PROCESS, "tid": number + lane * LANE,
                "args": {"name": format!("{name} ({})", lane + 1)},
            }));
        }
        events.push(json!({
            "ph": "X", "cat": "call", "name": operation, "pid": PROCESS,
            "tid": number + lane * LANE, "ts": began, "dur": ended.saturating_sub(began),
            "args": {"status": status, "request-id": request_id},
        }));
        events
    }

    fn next(&mut self, address: &Address, action: Action) -> Option<StepId> {
        self.waiting.get_mut(&(address.clone(), action))?.pop_front()
    }

    fn under_way(&self, address: &Address, action: Action) -> Option<StepId> {
        let mut open = self.open.get(address)?.iter();
        open.find(|id| self.steps[**id].action == action).copied()
    }

    fn start(&mut self, at: f64, address: &Address, action: Action, usual: f64) -> Vec<Json> {
        let Some(id) = self.next(address, action) else { return Vec::new() };
        self.open.entry(address.clone()).or_default().push(id);
        let began = microseconds(at);
        self.tracks[id].begin(began);
        let mut events = vec![json!({
            "ph": "B", "cat": "step", "name": format!("{} {address}", verb(action)),
            "pid": PROCESS, "tid": FIRST + id, "ts": began,
            "args": {"address": address, "action": action, "usual": usual},
        })];
        let met = |need: &&nk_model::Need| self.tracks[need.step].met(need.until);
        if let Some(need) = self.steps[id].needs.iter().max_by_key(met)
            && let Some(met) = met(&need)
        {
            self.arrows += 1;
            let arrow = |phase: &str, track: usize, at: u64| {
                json!({
                    "ph": phase, "bp": "e", "cat": "need", "name": "released", "id": self.arrows,
                    "pid": PROCESS, "tid": track, "ts": at,
                })
            };
            // An arrow hangs on the slice that is open at its time.
            let held = self.tracks[need.step].within(met);
            events.extend([arrow("s", FIRST + need.step, held), arrow("f", FIRST + id, began)]);
        }
        events
    }

    fn latest(&self, address: &Address) -> Option<StepId> {
        self.open.get(address)?.last().copied()
    }

    fn wait(&mut self, at: f64, address: &Address, reason: &str) -> Vec<Json> {
        let Some(id) = self.latest(address) else { return Vec::new() };
        let at = microseconds(at);
        let (track, number) = (&mut self.tracks[id], FIRST + id);
        let before = track.stop_waiting(at).map(|at| close(number, at, &json!({})));
        let at = track.wait(at);
        let begin = json!({
            "ph": "B", "cat": "wait", "name": tame(reason), "pid": PROCESS, "tid": number,
            "ts": at,
        });
        before.into_iter().chain([begin]).collect()
    }

    fn known(&mut self, at: f64, address: &Address, id: &str) -> Vec<Json> {
        let Some(step) = self.latest(address) else { return Vec::new() };
        self.tracks[step].known = Some(microseconds(at));
        vec![instant(FIRST + step, at, "outputs known", &json!({"id": id}))]
    }

    fn end(&mut self, at: f64, address: &Address, action: Action, args: &Json) -> Vec<Json> {
        let Some(id) = self.under_way(address, action) else { return Vec::new() };
        if let Some(open) = self.open.get_mut(address) {
            open.retain(|other| *other != id);
        }
        let (track, number) = (&mut self.tracks[id], FIRST + id);
        let ended = track.end(microseconds(at));
        let waited = track.stop_waiting(ended).map(|at| close(number, at, &json!({})));
        waited.into_iter().chain([close(number, ended, args)]).collect()
    }

    /// The longest chain, and what came of the run.
    fn finish(&mut self, summary: &Summary) -> Vec<Json> {
        let chain = self.chain(summary);
        let mut events: Vec<_> = chain
            .iter()
            .enumerate()
            .map(|(place, id)| {
                let began = self.tracks[*id].began;
                let next = chain.get(place + 1).map(|next| self.tracks[*next].began);
                let ended = next.or(self.tracks[*id].ended).unwrap_or(began);
                json!({
                    "ph": "X", "cat": "longest", "name": self.steps[*id].address, "pid": PROCESS,
                    "tid": LONGEST, "ts": began, "dur": ended.saturating_sub(began),
                    "args": {"step": id},
                })
            })
            .collect();
        events.push(json!({
            "ph": "M", "name": "nk_summary", "pid": PROCESS, "tid": RUN, "args": summary,
        }));
        events
    }

    /// The steps of the longest chain; an address may stand for both halves of a replacement.
    fn chain(&self, summary: &Summary) -> Vec<StepId> {
        let mut at: BTreeMap<&Address, Vec<StepId>> = BTreeMap::new();
        for (id, step) in self.steps.iter().enumerate().rev() {
            if self.tracks[id].ended.is_some() {
                at.entry(&step.address).or_default().push(id);
            }
        }
        let take = |address| at.get_mut(address).and_then(Vec::pop);
        summary.critical_path.iter().filter_map(take).collect()
    }
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Destroy => "destroy",
        Action::ReplaceCreate => "create the new",
        Action::Supersede => "supersede",
        Action::ReplaceDestroy => "destroy the old",
    }
}

/// Whether an operation changes nothing, as AWS names those.
fn reads(operation: &str) -> bool {
    let name = operation.rsplit(':').next().unwrap_or(operation);
    ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
}

fn instant(track: usize, at: f64, name: &str, args: &Json) -> Json {
    json!({
        "ph": "i", "s": "t", "name": name, "pid": PROCESS, "tid": track,
        "ts": microseconds(at), "args": args,
    })
}

fn close(track: usize, at: u64, args: &Json) -> Json {
    json!({"ph": "E", "pid": PROCESS, "tid": track, "ts": at, "args": args})
}

/// How far a step must have come, and when it had.
impl Track {
    fn met(&self, until: Until) -> Option<u64> {
        match until {
            Until::Known => self.known.or(self.ended),
            Until::Ended => self.ended,
        }
    }
}

#[cfg(test)]
mod tests;
