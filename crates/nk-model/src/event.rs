//! What happens while a plan is run, as events.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Action, Address, CloudError, Forecast, StepId, seconds};

/// One thing that happened. `at` is the time since the run began.
///
/// This is the documented form of `--json`: one object per line; `event` names the variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Event {
    /// A step started.
    Started {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// Which step.
        step: StepId,
        /// The resource.
        address: Address,
        /// What is done to it.
        action: Action,
        /// How long this usually takes.
        #[serde(with = "seconds")]
        usual: Duration,
    },
    /// A step waits: for AWS to finish, or for a refusal to pass.
    Waiting {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// Which step.
        step: StepId,
        /// The resource.
        address: Address,
        /// What it waits for, such as ``AWS says `pending` ``.
        reason: String,
    },
    /// AWS assigned outputs that other steps wait for; the resource may still be busy.
    Known {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// Which step.
        step: StepId,
        /// The resource.
        address: Address,
        /// What AWS calls it.
        id: String,
    },
    /// A step succeeded.
    Finished {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// Which step.
        step: StepId,
        /// The resource.
        address: Address,
        /// What was done to it.
        action: Action,
        /// What AWS calls it.
        id: String,
        /// How long it took.
        #[serde(rename = "seconds", with = "seconds")]
        took: Duration,
        /// What a person should know, such as a missing image.
        notes: Vec<String>,
    },
    /// A step failed.
    Failed {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// What went wrong.
        #[serde(flatten)]
        failure: Failure,
    },
    /// A step was not started, because a step that it needs failed or because the run was
    /// interrupted.
    Skipped {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// Which step.
        step: StepId,
        /// The resource.
        address: Address,
        /// What would have been done.
        action: Action,
        /// Why not.
        because: String,
    },
    /// No further step is started.
    Stopping {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// Why.
        reason: String,
    },
    /// The run is over.
    Ended {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// The result.
        summary: Summary,
    },
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// Which step.
    pub step: StepId,
    /// The resource.
    pub address: Address,
    /// What was tried.
    pub action: Action,
    /// What failed, in one sentence.
    pub error: String,
    /// The answer of AWS: operation, code, message, request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The same as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<CloudError>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// How it ended.
    pub outcome: Outcome,
    /// How many steps succeeded.
    pub finished: usize,
    /// How many steps failed.
    pub failed: usize,
    /// How many steps were not started, or not waited for.
    pub skipped: usize,
    /// From beginning to end.
    #[serde(rename = "seconds", with = "seconds")]
    pub took: Duration,
    /// The resources of the chain of steps that took the longest, first step first.
    pub critical_path: Vec<Address>,
    /// The steps of that chain.
    #[serde(default)]
    pub critical_steps: Vec<StepId>,
    /// The time that AWS itself needed for the critical path: what its steps took, less what they
    /// waited for a free place, and less what may have passed between AWS being done and the look
    /// that showed it. No run of this plan could have been quicker.
    #[serde(with = "seconds")]
    pub bound: Duration,
    /// The forecast.
    #[serde(default)]
    pub predicted: Forecast,
    /// The notes of the finished steps, each after its address.
    pub notes: Vec<String>,
    /// How long each finished step took; its own event has told so.
    #[serde(skip)]
    pub each: Vec<(StepId, Duration)>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every step succeeded.
    Done,
    /// Some steps failed; the others succeeded or were skipped.
    Partial,
    /// It was stopped from outside.
    Interrupted,
    /// Another run took over the lock.
    Ousted,
}

/// One request to AWS and its answer, without their content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Call {
    /// The step that made it; none for calls of the run itself and for the lock.
    pub step: Option<StepId>,
    /// The service and the operation, such as `EC2:CreateVpc`.
    pub operation: String,
    /// Since whoever listens began to count.
    #[serde(with = "seconds")]
    pub at: Duration,
    /// Until the answer, or until it was clear that there is none.
    #[serde(rename = "seconds", with = "seconds")]
    pub took: Duration,
    /// The HTTP status; 0 if there was no answer.
    pub status: u16,
    /// AWS's id of the request, which its support asks for.
    pub request_id: Option<String>,
}
