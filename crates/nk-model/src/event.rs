//! What happens while a plan is run, told as it happens.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Action, Address, CloudError, Forecast, StepId, seconds};

/// One thing that happened. `at` is the time since the run began.
///
/// This is the documented form of `--json`: one object a line, `event` names the variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Event {
    /// A step began.
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
        /// What it waits for, as in ``AWS says `pending` ``.
        reason: String,
    },
    /// AWS assigned the outputs that others wait for; the resource may still be busy.
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
    /// A step ended well.
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
        /// What a person should know, as in a missing image.
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
    /// A step was not begun, because one it needs failed or because the run was interrupted.
    Skipped {
        /// Since the run began.
        #[serde(with = "seconds")]
        at: Duration,
        /// Which step.
        step: StepId,
        /// The resource.
        address: Address,
        /// What would have been done to it.
        action: Action,
        /// Why not.
        because: String,
    },
    /// Nothing new is started any more.
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
        /// What came of it.
        summary: Summary,
    },
}

impl Event {
    /// When it happened, since the run began.
    pub fn at(&self) -> Duration {
        match self {
            Self::Started { at, .. }
            | Self::Waiting { at, .. }
            | Self::Known { at, .. }
            | Self::Finished { at, .. }
            | Self::Failed { at, .. }
            | Self::Skipped { at, .. }
            | Self::Stopping { at, .. }
            | Self::Ended { at, .. } => *at,
        }
    }
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
    /// What AWS said: operation, code, message, request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The same as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<CloudError>,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// How it ended.
    pub outcome: Outcome,
    /// How many steps ended well.
    pub finished: usize,
    /// How many steps failed.
    pub failed: usize,
    /// How many steps were not begun, or not waited for.
    pub skipped: usize,
    /// From begin to end.
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
    /// What was to be expected.
    #[serde(default)]
    pub predicted: Forecast,
    /// Notes of the finished steps, with the address in front.
    pub notes: Vec<String>,
    /// How long each finished step took; its own event has told so.
    #[serde(skip)]
    pub each: Vec<(StepId, Duration)>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every step ended well.
    Done,
    /// Some steps failed; the rest is done or was skipped.
    Partial,
    /// It was stopped from outside before its end.
    Interrupted,
    /// Another run took the lock over.
    Ousted,
}

/// One request as it went to AWS, and what came back: never its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Call {
    /// The step that made it; none for what the run itself asks and for the lock.
    pub step: Option<StepId>,
    /// The service and the operation, as in `EC2:CreateVpc`.
    pub operation: String,
    /// Since whoever listens began to count.
    #[serde(with = "seconds")]
    pub at: Duration,
    /// Until the answer, or until it was clear that there is none.
    #[serde(rename = "seconds", with = "seconds")]
    pub took: Duration,
    /// The HTTP status; 0 where there was no answer.
    pub status: u16,
    /// The name AWS gave to the request, which its support asks for.
    pub request_id: Option<String>,
}
