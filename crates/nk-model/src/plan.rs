//! What an apply will do, as data.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Address, Change, Json, LiveValue, Operation, Settle, Spread, StackId, seconds};

/// All steps from what exists to what is desired.
///
/// A plan is specific enough that the engine has nothing left to decide except the order among the
/// steps that may start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// Which stack.
    pub stack: StackId,
    /// The steps; the [`StepId`] of a step is its index.
    pub steps: Vec<Step>,
    /// The desired resources that need no change.
    pub unchanged: Vec<LiveValue>,
    /// What the reader should know.
    pub notes: Vec<Note>,
    /// How long running it will probably take.
    #[serde(default)]
    pub forecast: Forecast,
}

/// How long running a plan will probably take.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Forecast {
    /// From beginning to end.
    pub time: Spread,
    /// The chain of steps that decides how long it takes, first step first.
    pub critical_path: Vec<Address>,
    /// How many calls the steps make, including probes.
    pub calls: usize,
}

/// The index of a step in its plan.
pub type StepId = usize;

/// One operation on one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// The resource.
    pub address: Address,
    /// What is done to it.
    pub action: Action,
    /// Which part of the change it is.
    #[serde(default)]
    pub part: Part,
    /// The step that it belongs to: the other half of a replacement or of an update in two parts,
    /// or the destroy that it precedes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<StepId>,
    /// The reason, for a person: `cidr cannot be changed in place`.
    pub reason: String,
    /// The differences, for an update and for both halves of a replacement.
    pub changes: Vec<Change>,
    /// The desired spec, with placeholders for outputs of earlier steps; null for a destroy.
    pub spec: Json,
    /// The live resource; none if it does not exist.
    pub live: Option<LiveValue>,
    /// The steps that must have come far enough before it starts.
    pub needs: Vec<Need>,
    /// How long it usually takes.
    #[serde(default)]
    pub usual: Spread,
    /// The outputs that are known only so long after its create call, and before it has ended. All
    /// others are in AWS's answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "seconds")]
    pub late: BTreeMap<String, Duration>,
    /// The time that usually passes from its start until everything that waits for it has ended:
    /// among steps free to start, the one with the most goes first.
    #[serde(with = "seconds")]
    pub remaining: Duration,
    /// How much later it may usually end without moving the end of the run.
    #[serde(default, with = "seconds")]
    pub slack: Duration,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Creates what does not exist.
    Create,
    /// Changes what exists.
    Update,
    /// Deletes what is not desired.
    Destroy,
    /// The creating half of a replacement.
    ReplaceCreate,
    /// Creates the next revision of something whose earlier revisions AWS keeps; `live` is the
    /// previous one.
    Supersede,
    /// The destroying half of a replacement.
    ReplaceDestroy,
}

impl Action {
    /// What the step does to the resource at AWS.
    pub fn operation(self) -> Operation {
        match self {
            Self::Create | Self::ReplaceCreate | Self::Supersede => Operation::Create,
            Self::Update => Operation::Update,
            Self::Destroy | Self::ReplaceDestroy => Operation::Destroy,
        }
    }
}

/// Which part of a change a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The whole change, or half of a replacement.
    #[default]
    Whole,
    /// The first half of an update: adds what others will use.
    Opens,
    /// The second half of an update, or the only one: removes what others use until they have
    /// changed or been deleted.
    Closes,
    /// An update before a destroy, so that what refers to the resource is deleted sooner.
    BeforeDestroy,
    /// An update before a destroy: removes the references by which two resources keep each other
    /// from being deleted.
    Unlinks,
    /// Cancels a scheduled deletion, then changes what differs.
    Restores,
    /// Gives a resource this address. Before that, a probe of the address does not find it.
    Moves,
    /// Waits until AWS has created the resource, then changes what differs.
    Completes,
}

impl Part {
    /// Whether the resource is deleted afterwards.
    pub fn precedes_destroy(self) -> bool {
        matches!(self, Self::BeforeDestroy | Self::Unlinks)
    }
}

/// An earlier step, and how far it must have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Need {
    /// The earlier step.
    pub step: StepId,
    /// How far.
    pub until: Until,
}

/// How far a step must have come before another may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// The outputs that the waiting step refers to are known; the resource may still be busy.
    Known,
    /// It has ended: the resource is ready, or deleted.
    Ended,
}

/// Something the reader of a plan should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Note {
    /// What it is about.
    pub about: String,
    /// One sentence.
    pub text: String,
    /// The key of the stack file, or the command, that settles it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle: Option<Settle>,
}

/// How many resources are created, changed, replaced, deleted and left unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Totals {
    /// New ones.
    pub add: usize,
    /// Changed ones.
    pub change: usize,
    /// Replaced ones.
    pub replace: usize,
    /// Removed ones.
    pub destroy: usize,
    /// Untouched ones.
    pub unchanged: usize,
}

impl Step {
    /// After what time AWS has usually come further than what it gives out now: an output is known
    /// that `lacks` names, or all is done.
    pub fn next_moment(&self, lacks: impl Fn(&str) -> bool) -> Duration {
        let late = self.late.iter().filter(|(output, _)| lacks(output)).map(|(_, time)| *time);
        late.fold(self.usual.median, Duration::min)
    }
}

impl Totals {
    /// How many resources are changed in any way.
    pub fn touched(self) -> usize {
        self.add + self.change + self.replace + self.destroy
    }
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many resources are created, changed, replaced, deleted and left unchanged. An update in
    /// two parts counts once, and an update before a destroy does not count.
    pub fn totals(&self) -> Totals {
        let count = |action| self.steps.iter().filter(|step| step.action == action).count();
        let again = |step: &&Step| match step.part {
            Part::Closes => step.pair.is_some(),
            part => part.precedes_destroy(),
        };
        Totals {
            add: count(Action::Create),
            change: count(Action::Update) + count(Action::Supersede)
                - self.steps.iter().filter(again).count(),
            replace: count(Action::ReplaceCreate),
            destroy: count(Action::Destroy),
            unchanged: self.unchanged.len(),
        }
    }
}
