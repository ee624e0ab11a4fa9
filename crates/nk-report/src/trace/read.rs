//! Reads a trace, as far as it goes.

use std::{fmt, time::Duration};

use nk_model::{Action, Address, Json, Need, Summary};
use serde::Deserialize;
use serde_json::Deserializer;

use super::track::FIRST;

/// A run, as its trace shows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    /// The stack of the run.
    pub title: String,
    /// The steps of its plan.
    pub steps: Vec<RecordedStep>,
    /// The result; none if the run was killed.
    pub summary: Option<Summary>,
}

/// A step, as the trace shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedStep {
    /// The resource.
    pub address: Address,
    /// What was done.
    pub action: Action,
    /// What it needed.
    pub needs: Vec<Need>,
    /// When it began, since the trace did.
    pub began: Option<Duration>,
    /// When it ended.
    pub ended: Option<Duration>,
    /// `done`, `failed` or `skipped`; none if it was in progress or had not started.
    pub outcome: Option<String>,
    /// Whether it is part of the longest chain.
    pub longest: bool,
}

/// The reason why a text is not a trace of nk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceError;

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not a trace of nk, or the run had no steps")
    }
}

impl std::error::Error for TraceError {}

#[derive(Deserialize)]
struct Line {
    ph: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    cat: String,
    #[serde(default)]
    tid: usize,
    #[serde(default)]
    ts: f64,
    #[serde(default)]
    args: Json,
}

#[derive(Deserialize)]
struct Planned {
    address: Address,
    action: Action,
    needs: Vec<Need>,
}

/// Reads what [`Trace`](super::Trace) has written. Everything after an incomplete event is ignored,
/// as a killed run leaves it.
///
/// # Errors
///
/// If it contains no plan of nk.
pub fn read_trace(text: &str) -> Result<Recorded, TraceError> {
    let mut recorded = Recorded::default();
    let mut planned = false;
    for line in lines(text) {
        planned |= line.name == "nk_plan";
        take(&mut recorded, line);
    }
    if planned { Ok(recorded) } else { Err(TraceError) }
}

/// The events, up to the first that cannot be read.
fn lines(text: &str) -> Vec<Line> {
    let mut rest = text.trim_start().strip_prefix('[').unwrap_or(text);
    let mut lines = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let mut events = Deserializer::from_str(rest).into_iter::<Line>();
        let Some(Ok(line)) = events.next() else { return lines };
        lines.push(line);
        rest = &rest[events.byte_offset()..];
    }
}

fn take(recorded: &mut Recorded, line: Line) {
    let Line { ph, name, cat, tid, ts, mut args } = line;
    let at = Duration::try_from_secs_f64(ts / 1e6).unwrap_or_default();
    if ph == "M" {
        match name.as_str() {
            "process_name" => {
                args["name"].as_str().unwrap_or_default().clone_into(&mut recorded.title);
            }
            "nk_plan" => {
                let steps = Vec::<Planned>::deserialize(args["steps"].take()).unwrap_or_default();
                recorded.steps = steps.into_iter().map(RecordedStep::from).collect();
            }
            "nk_summary" => recorded.summary = Summary::deserialize(args).ok(),
            _ => {}
        }
        return;
    }
    if cat == "longest" {
        let id = args["step"].as_u64().and_then(|id| usize::try_from(id).ok());
        if let Some(step) = id.and_then(|id| recorded.steps.get_mut(id)) {
            step.longest = true;
        }
        return;
    }
    let step = tid.checked_sub(FIRST).and_then(|id| recorded.steps.get_mut(id));
    let Some(step) = step else { return };
    if ph == "B" && cat == "step" {
        step.began = Some(at);
    }
    if let Some(outcome) = args.get("outcome").and_then(Json::as_str) {
        step.outcome = Some(outcome.to_owned());
        if ph == "E" {
            step.ended = Some(at);
        }
    }
}

impl From<Planned> for RecordedStep {
    fn from(planned: Planned) -> Self {
        let Planned { address, action, needs } = planned;
        Self { address, action, needs, began: None, ended: None, outcome: None, longest: false }
    }
}
