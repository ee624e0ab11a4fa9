//! A run as a trace that <https://ui.perfetto.dev> opens: one track for each step, with slices for
//! the step, its waits and its calls.
//!
//! The format is the array of the Trace Event Format, one event per line. The closing bracket may
//! be missing, so the file of a killed run can be read. See
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.

mod read;
mod track;

use std::time::Duration;

use nk_model::{Action, Address, Call, Event, Json, Need, Plan, StepId, Summary, Until};
pub use read::{Recorded, RecordedStep, TraceError, read_trace};
use serde_json::json;
use track::{FIRST, Track};

use crate::text::tame;

/// The only process, to which all tracks belong.
const PROCESS: u32 = 1;
/// The track of the longest chain.
const LONGEST: usize = 0;
/// The track of calls outside steps: reading, and the lock.
const RUN: usize = 1;
/// The distance between the tracks that a step needs for simultaneous calls.
const LANE: usize = 1_000_000;

/// Converts the events and calls of a run to events of a trace.
#[derive(Debug, Default)]
pub struct Trace {
    /// What the plan says about each step.
    steps: Vec<Planned>,
    /// By step.
    tracks: Vec<Track>,
    /// The track of calls outside steps.
    run: Track,
    /// When the run began, since the trace did.
    zero: Duration,
    /// The number of arrows.
    arrows: usize,
}

#[derive(Debug)]
struct Planned {
    address: Address,
    needs: Vec<Need>,
}

/// Microseconds, the unit of the format.
fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Trace {
    /// The first event: whose trace this is.
    pub fn open(&mut self, title: &str) -> Vec<Json> {
        let named = |name: &str, track: usize, text: &str| json!({"ph": "M", "name": name, "pid": PROCESS, "tid": track, "args": {"name": text}});
        vec![
            named("process_name", LONGEST, title),
            named("thread_name", LONGEST, "longest chain"),
            named("thread_name", RUN, "nk"),
        ]
    }

    /// The plan that is run from now on, so long after the trace began.
    pub fn plan(&mut self, at: Duration, plan: &Plan) -> Vec<Json> {
        self.zero = at;
        self.steps.clear();
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
            self.steps.push(Planned { address, needs });
        }
        // What `nk graph --run` draws; viewers ignore metadata that they do not know.
        events.push(json!({
            "ph": "M", "name": "nk_plan", "pid": PROCESS, "tid": RUN, "args": {"steps": steps},
        }));
        events
    }

    /// What an event of the run adds; its plan must be known by then.
    pub fn event(&mut self, event: &Event) -> Vec<Json> {
        match event {
            Event::Started { at, step, address, action, usual } => {
                let name = format!("{} {address}", verb(*action));
                let args = json!({"step": step, "address": address, "action": action, "usual": usual.as_secs_f64()});
                self.start(self.zero + *at, *step, &name, &args)
            }
            Event::Waiting { at, step, reason, .. } => self.wait(self.zero + *at, *step, reason),
            Event::Known { at, step, id, .. } => self.known(self.zero + *at, *step, id),
            Event::Finished { at, step, id, notes, .. } => {
                let args = json!({"outcome": "done", "id": id, "notes": notes});
                self.end(self.zero + *at, *step, &args)
            }
            Event::Failed { at, failure } => {
                let args = json!({
                    "outcome": "failed", "error": failure.error, "cause": failure.cause,
                });
                self.end(self.zero + *at, failure.step, &args)
            }
            Event::Skipped { at, step, because, .. } => {
                let (at, args) =
                    (self.zero + *at, json!({"outcome": "skipped", "because": because}));
                if self.tracks[*step].began.is_some() {
                    return self.end(at, *step, &args);
                }
                vec![instant(FIRST + step, at, "skipped", &args)]
            }
            Event::Stopping { at, reason } => {
                vec![instant(RUN, self.zero + *at, "stopping", &json!({"reason": reason}))]
            }
            Event::Ended { summary, .. } => self.finish(summary),
        }
    }

    /// What a call adds, where `at` is since the trace began.
    pub fn call(&mut self, call: &Call) -> Vec<Json> {
        let Call { step, operation, at, took, status, request_id } = call;
        let (number, track) = match *step {
            Some(id) => (FIRST + id, &mut self.tracks[id]),
            None => (RUN, &mut self.run),
        };
        let mut events = Vec::new();
        let (began, ended) = (microseconds(*at), microseconds(*at + *took));
        let began = began.max(track.began.unwrap_or(0));
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
            "args": {"step": step, "status": status, "request-id": request_id},
        }));
        events
    }

    fn start(&mut self, at: Duration, id: StepId, name: &str, args: &Json) -> Vec<Json> {
        let began = microseconds(at);
        self.tracks[id].begin(began);
        let mut events = vec![json!({
            "ph": "B", "cat": "step", "name": name, "pid": PROCESS, "tid": FIRST + id,
            "ts": began, "args": args,
        })];
        let met = |need: &&Need| self.tracks[need.step].met(need.until);
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
            // An arrow is attached to the slice that is open at its time.
            let held = self.tracks[need.step].within(met);
            events.extend([arrow("s", FIRST + need.step, held), arrow("f", FIRST + id, began)]);
        }
        events
    }

    fn wait(&mut self, at: Duration, id: StepId, reason: &str) -> Vec<Json> {
        let at = microseconds(at);
        let (track, number) = (&mut self.tracks[id], FIRST + id);
        let before = track.stop_waiting(at).map(|at| close(number, at, &json!({})));
        let at = track.wait(at);
        let begin = json!({
            "ph": "B", "cat": "wait", "name": tame(reason), "pid": PROCESS, "tid": number,
            "ts": at, "args": {"step": id},
        });
        before.into_iter().chain([begin]).collect()
    }

    fn known(&mut self, at: Duration, step: StepId, id: &str) -> Vec<Json> {
        self.tracks[step].known = Some(microseconds(at));
        vec![instant(FIRST + step, at, "outputs known", &json!({"step": step, "id": id}))]
    }

    fn end(&mut self, at: Duration, id: StepId, args: &Json) -> Vec<Json> {
        let (track, number) = (&mut self.tracks[id], FIRST + id);
        let ended = track.end(microseconds(at));
        let waited = track.stop_waiting(ended).map(|at| close(number, at, &json!({})));
        waited.into_iter().chain([close(number, ended, args)]).collect()
    }

    /// The longest chain, and the result of the run.
    fn finish(&mut self, summary: &Summary) -> Vec<Json> {
        let chain = &summary.critical_steps;
        let mut events: Vec<_> = chain
            .iter()
            .enumerate()
            .map(|(place, id)| {
                let Track { began, ended, .. } = self.tracks[*id];
                let began = began.unwrap_or(0);
                let next = chain.get(place + 1).and_then(|next| self.tracks[*next].began);
                let ended = next.or(ended).unwrap_or(began);
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
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Destroy => "destroy",
        Action::ReplaceCreate => "create the new resource",
        Action::Supersede => "supersede",
        Action::ReplaceDestroy => "delete the old resource",
    }
}

/// Whether an operation changes nothing, by AWS's naming.
fn reads(operation: &str) -> bool {
    let name = operation.rsplit(':').next().unwrap_or(operation);
    ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
}

fn instant(track: usize, at: Duration, name: &str, args: &Json) -> Json {
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
