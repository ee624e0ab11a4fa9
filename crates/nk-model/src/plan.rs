//! What an apply will do, as data.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Address, Change, Json, LiveValue, Operation, Settle, Spread, StackId, seconds};

/// The whole way from what is there to what is wanted.
///
/// A plan is specific enough that whoever runs it has no choice left but the order among the
/// steps that are free to start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// Which stack.
    pub stack: StackId,
    /// The steps; a step's [`StepId`] is its place here.
    pub steps: Vec<Step>,
    /// The wanted resources that are as they should be.
    pub unchanged: Vec<LiveValue>,
    /// What the reader should know.
    pub notes: Vec<Note>,
    /// What running it will probably take.
    #[serde(default)]
    pub forecast: Forecast,
}

/// What running a plan will probably take.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Forecast {
    /// From begin to end.
    pub time: Spread,
    /// The chain of steps that decides how long, first step first.
    pub critical_path: Vec<Address>,
    /// How many calls the steps make, looking at what takes its time included.
    pub calls: usize,
}

/// A step's place in its plan.
pub type StepId = usize;

/// One resource, one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// The resource.
    pub address: Address,
    /// What is done.
    pub action: Action,
    /// Which part it is of all that is done to the resource.
    #[serde(default)]
    pub part: Part,
    /// The step that it belongs to: the other half of a replacement or of an update in two, or the
    /// destroy that it comes before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<StepId>,
    /// Why, for a person: `cidr cannot be changed in place`.
    pub reason: String,
    /// What differs, for an update, and for both halves of a replacement.
    pub changes: Vec<Change>,
    /// What is wanted, with the references that an earlier step will fill; null for a destroy.
    pub spec: Json,
    /// What is there; none for what does not exist.
    pub live: Option<LiveValue>,
    /// What must have happened before.
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
    /// Makes what is not there.
    Create,
    /// Changes what is there.
    Update,
    /// Removes what is not wanted.
    Destroy,
    /// The creating half of a replacement.
    ReplaceCreate,
    /// Makes the next revision of what AWS keeps the old ones of; `live` is the one before.
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

/// Which part a step is of all that is done to its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// All of it, or half of a replacement.
    #[default]
    Whole,
    /// The first half of an update: adds what others will use.
    Opens,
    /// The second half of an update, or the only one: removes what others use until they have
    /// changed or gone.
    Closes,
    /// An update before the destroy, so that what refers to the resource goes sooner.
    BeforeDestroy,
    /// An update before the destroy: removes the references by which the resource and another one
    /// keep each other from being destroyed.
    Unlinks,
    /// Restores what is scheduled for deletion, then changes what differs.
    Restores,
    /// Gives a resource this address. Looks for the address find it only afterwards.
    Moves,
    /// Waits until AWS has made the resource, then changes what differs.
    Completes,
}

impl Part {
    /// Whether the resource is destroyed afterwards.
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
    /// The outputs that the waiting step refers to are known, even if the resource is still busy.
    Known,
    /// It has ended: the resource is ready, or gone.
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

/// How many resources meet which fate.
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
    /// How many resources something happens to.
    pub fn touched(self) -> usize {
        self.add + self.change + self.replace + self.destroy
    }
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many resources meet which fate. An update in two counts once, and one before a destroy
    /// does not count beside it.
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
