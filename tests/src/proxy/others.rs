//! What others do, and no emulator simulates.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use hyper::body::Bytes;
use serde_json::{Value as Json, json};

use super::{After, Answer, Before, Call, Refusal, Rule};

fn asked(call: &Call) -> Json {
    serde_json::from_slice(&call.bytes).unwrap_or_default()
}

/// The answer with its body edited, if this is the call and AWS has carried it out.
fn edited(call: &Call, name: &str, answer: Answer, edit: impl FnOnce(&mut Json)) -> Answer {
    let is_it = call.name() == name && answer.status == 200;
    if is_it { answer.edited(edit) } else { answer }
}

/// Somebody has turned on the deletion protection of every log group.
#[derive(Default)]
pub struct ProtectedLogs {
    lifted: Mutex<BTreeSet<String>>,
}

impl ProtectedLogs {
    /// The groups whose protection was turned off.
    fn lifted(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.lifted.lock().expect("no connection has panicked")
    }
}

impl Rule for ProtectedLogs {
    fn before(&self, call: &Call) -> Before {
        let asked = asked(call);
        let text = |field: &str| asked[field].as_str().unwrap_or_default().to_owned();
        match call.name().as_str() {
            "logs:PutLogGroupDeletionProtection" => {
                self.lifted().insert(text("logGroupIdentifier"));
                Before::Answer(Bytes::from_static(b"{}"))
            }
            "logs:DeleteLogGroup" if !self.lifted().contains(&text("logGroupName")) => {
                let message = "Log group is protected from deletion.";
                Before::Refuse(Refusal::new(400, "ValidationException", message))
            }
            _ => Before::Pass,
        }
    }

    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        Ok(edited(call, "logs:DescribeLogGroups", answer, |body| {
            for group in body["logGroups"].as_array_mut().into_iter().flatten() {
                let lifted =
                    group["logGroupName"].as_str().is_some_and(|it| self.lifted().contains(it));
                group["deletionProtectionEnabled"] = json!(!lifted);
            }
        }))
    }
}

/// When the lock is taken, a run that saw the same dead holder has overwritten it as well, and has
/// given way since.
#[derive(Default)]
pub struct Latecomer {
    taken: AtomicBool,
}

impl Latecomer {
    /// The record that it has left after this version.
    fn record(version: &Json) -> Json {
        let value = json!({
            "holder": "somebody (process 1)",
            "host": "elsewhere",
            "command": "nk apply",
            "since": "2026-01-01T00:00:00Z",
            "nonce": "late",
            "over": 0,
        });
        let version = version.as_i64().expect("a version") + 1;
        json!({"Version": version, "Value": value.to_string(), "Type": "String"})
    }
}

impl Rule for Latecomer {
    fn after(&self, call: &Call, status: u16) -> After {
        if call.name() == "ssm:PutParameter" {
            self.taken.store(status == 200, Relaxed);
        }
        After::Pass
    }

    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        if !self.taken.load(Relaxed) {
            return Ok(answer);
        }
        let answer = edited(call, "ssm:GetParameter", answer, |body| {
            let record = Self::record(&body["Parameter"]["Version"]);
            for field in ["Version", "Value"] {
                body["Parameter"][field] = record[field].clone();
            }
        });
        Ok(edited(call, "ssm:GetParameterHistory", answer, |body| {
            let written = body["Parameters"].as_array_mut().expect("a history");
            let last = written.last().expect("a history of something");
            written.push(Self::record(&last["Version"]));
        }))
    }
}
