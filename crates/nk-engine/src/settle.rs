//! One step: look, do what is missing, look again, until nothing differs.
//!
//! # Guarantees
//!
//! - A step that is cut off at any point and started again ends the same: every decision is made
//!   from what a look shows, and never from what was done before.
//! - A create that was not answered is looked for before it is sent again.
//! - A step repeats no call that the cloud has repeated: it looks again, and decides anew.
//! - After our own create, *not found* means *not yet*.

mod remove;
mod setback;
mod sight;

use nk_model::{
    Action, Address, Change, Json, KindInfo, LiveValue, Looks, Operation, Part, Phase, Step, Unseen,
};
pub(crate) use setback::StepError;
use tokio::time::{Duration, Instant};

use crate::{Cloud, CloudError, Nature, cloud::Erased, stage::Stage};

/// For how long after its going AWS may still keep a name, a range or an address for what had it.
const HELD: Duration = Duration::from_secs(90);
/// The shortest and the longest time between looks at what is done and does not show yet: lists lag
/// behind by two or three seconds.
const HIDDEN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];
/// How many times a step changes a resource at most. Each change may reveal the next; if there is
/// still one after so many, somebody else changes it back.
const CHANGES: u32 = 12;

/// What else is at the place where a step works.
pub(crate) struct Surroundings {
    /// The ids at its address that other steps deal with.
    pub(crate) others: Vec<String>,
    /// Whether this run has deleted what was in its place.
    pub(crate) vacated: bool,
}

/// One step in progress, with what it has learned so far.
pub(crate) struct Settling<'a, C> {
    pub(crate) cloud: &'a C,
    pub(crate) kind: &'static KindInfo,
    pub(crate) step: &'a Step,
    /// The desired spec, without placeholders.
    pub(crate) spec: Json,
    surroundings: Surroundings,
    /// The id of what this step has created, once AWS has returned it.
    made: Option<String>,
    pub(crate) stage: Stage<'a>,
    unseen: &'a Unseen,
    began: Instant,
    /// How many creates were not answered.
    failures: u32,
    /// How many times it has changed the resource.
    changed: u32,
    /// A change that the cloud has repeated without success: the next look shows whether it was
    /// carried out.
    doubt: Option<CloudError>,
    /// How long AWS usually takes from `began` on; zero if that is not known.
    usual: Duration,
}

/// What is missing for a resource to be as desired.
#[derive(Debug, Default, PartialEq)]
struct Lack {
    /// It is scheduled for deletion.
    restored: bool,
    /// What differs.
    changes: Vec<Change>,
}

impl Lack {
    /// The changes, as the inside of a quotation.
    fn fields(&self) -> String {
        let phase = self.restored.then_some("phase");
        let paths = self.changes.iter().map(|change| change.path.as_str());
        phase.into_iter().chain(paths).collect::<Vec<_>>().join("`, `")
    }
}

/// What is known about the resource.
#[expect(clippy::large_enum_variant, reason = "a step has one")]
enum View {
    /// A look has found nothing.
    Nothing,
    /// It exists.
    Seen(LiveValue),
    /// It must be looked at.
    Unknown,
}

impl<'a, C: Cloud> Settling<'a, C> {
    pub(crate) fn new(
        cloud: &'a C,
        kind: &'static KindInfo,
        step: &'a Step,
        spec: Json,
        surroundings: Surroundings,
        stage: Stage<'a>,
        unseen: &'a Unseen,
    ) -> Self {
        Self {
            cloud,
            kind,
            step,
            spec,
            surroundings,
            made: None,
            stage,
            unseen,
            began: Instant::now(),
            failures: 0,
            changed: 0,
            doubt: None,
            usual: step.usual.median,
        }
    }

    fn address(&self) -> &Address {
        &self.step.address
    }

    /// Creates the resource, and changes it until it is as desired.
    pub(crate) async fn make(&mut self) -> Result<LiveValue, StepError> {
        let mut created = false;
        // The look for the plan found nothing, so a create starts without another.
        let mut view = match &self.step.live {
            // The first part of the update has changed it: the plan knows what it is like now, but
            // not as AWS would show it.
            Some(_) if self.step.part == Part::Closes && self.step.pair.is_some() => View::Unknown,
            Some(live) if self.step.action == Action::Update => View::Seen(live.clone()),
            _ => View::Nothing,
        };
        let mut updated: Option<(Lack, Instant)> = None;
        loop {
            view = match view {
                View::Unknown => self.look().await?,
                View::Nothing if created => {
                    self.wait_for_sight("AWS does not show it yet").await?;
                    View::Unknown
                }
                // It exists, under its previous address.
                View::Nothing if self.step.part == Part::Moves => match self.step.live.clone() {
                    Some(live) => View::Seen(live),
                    None => View::Unknown,
                },
                View::Nothing => self.create(&mut created).await?,
                View::Seen(live) => {
                    if !matches!(live.phase, Phase::Leaving(_) | Phase::Failed(_)) {
                        self.stage.known(&live);
                    }
                    match live.phase.clone() {
                        Phase::Failed(reason) => return Err(StepError::GaveUp(reason)),
                        Phase::Busy(word) => {
                            let lacks = |output: &str| live.output(output).is_none();
                            let usual = self.usual.min(self.step.next_moment(lacks));
                            self.wait(&format!("AWS says `{word}`"), usual).await?;
                            View::Unknown
                        }
                        Phase::Leaving(word) => {
                            self.wait(&format!("the previous one is `{word}`"), Duration::ZERO)
                                .await?;
                            View::Unknown
                        }
                        Phase::Ready | Phase::Retired(_) => {
                            self.stage.rested();
                            let lack = self.lack(&live);
                            if lack == Lack::default() {
                                return Ok(live);
                            }
                            if let Some(error) = self.doubt.take() {
                                return Err(StepError::Cloud(error));
                            }
                            self.bring(live, lack, &mut updated).await?
                        }
                    }
                }
            }
        }
    }

    /// What is missing for the resource to be as desired.
    fn lack(&self, live: &LiveValue) -> Lack {
        Lack {
            restored: matches!(live.phase, Phase::Retired(_)),
            changes: self.kind.difference(self.unseen, live, &self.spec),
        }
    }

    async fn create(&mut self, created: &mut bool) -> Result<View, StepError> {
        self.stage.gate().await?;
        let answer = {
            let _place = self.stage.place().await;
            if !self.kind.identity.guarded {
                self.stage.sent();
            }
            self.cloud.create_one(&self.spec, self.address()).await
        };
        if !answer.as_ref().is_err_and(CloudError::may_be_done) {
            self.settled();
        }
        match answer {
            Ok(live) => {
                *created = true;
                self.made = live.as_ref().map(|live| live.id.clone());
                self.stage.rested();
                self.began = Instant::now();
                Ok(live.map_or(View::Unknown, View::Seen))
            }
            // What is in the place, or in use, may be the result of a call whose answer was lost.
            Err(error) if matches!(error.nature, Nature::Taken | Nature::InUse) => {
                match self.namesake().await? {
                    Some(live) => {
                        *created = true;
                        Ok(View::Seen(live))
                    }
                    None if self.is_held() => {
                        self.stage.waits("AWS has not released the name of the deleted one yet");
                        Ok(View::Nothing)
                    }
                    // What it needs is in use. That has nothing to do with names, and may pass.
                    None if error.nature == Nature::InUse => {
                        self.pardon(error, Operation::Create).await?;
                        Ok(View::Nothing)
                    }
                    None => Err(StepError::Taken(error)),
                }
            }
            Err(error) if error.may_be_done() => {
                let made = self.made_nevertheless(&error).await?;
                self.settled();
                match made {
                    Some(live) => {
                        *created = true;
                        Ok(View::Seen(live))
                    }
                    None => self.bear(error).map(|()| View::Nothing),
                }
            }
            Err(error) => {
                self.pardon(error, Operation::Create).await?;
                // What was refused was not done.
                Ok(View::Nothing)
            }
        }
    }

    /// The result of the create that was sent is known.
    fn settled(&self) {
        if !self.kind.identity.guarded {
            self.stage.settled();
        }
    }

    /// Whether a refusal because the place is taken may be due to what this run has deleted.
    fn is_held(&self) -> bool {
        self.surroundings.vacated && self.stage.since(self.began) < HELD
    }

    async fn bring(
        &mut self,
        live: LiveValue,
        lack: Lack,
        updated: &mut Option<(Lack, Instant)>,
    ) -> Result<View, StepError> {
        match updated {
            Some((same, since)) if *same == lack => {
                if self.stage.since(*since) >= self.kind.waiting.stale {
                    let (fields, told) = (lack.fields(), live.notes.join("; "));
                    return Err(StepError::Ignored { fields, told });
                }
                self.wait_for_sight("AWS still returns the old value").await?;
                return Ok(View::Unknown);
            }
            _ if self.changed == CHANGES => {
                return Err(StepError::Undone { fields: lack.fields() });
            }
            _ => {}
        }
        self.stage.gate().await?;
        let answer = {
            let _place = self.stage.place().await;
            self.cloud.update_one(&self.spec, &live, &lack.changes).await
        };
        match answer {
            Ok(answer) => {
                self.changed += 1;
                self.stage.rested();
                self.began = Instant::now();
                // What follows a create is not the slow part of it.
                if self.step.action != Action::Update {
                    self.usual = Duration::ZERO;
                }
                *updated = Some((lack, Instant::now()));
                Ok(answer.map_or(View::Unknown, View::Seen))
            }
            Err(error) => {
                // Calls that were sent before the failure may have been carried out.
                self.pardon(error, Operation::Update).await?;
                Ok(View::Unknown)
            }
        }
    }

    /// Waits until the next probe of what is done but not visible yet.
    async fn wait_for_sight(&mut self, reason: &str) -> Result<(), StepError> {
        let [least, every] = HIDDEN;
        let looks = Looks::at_once(every);
        // If the first probe after the minimum distance shows nothing, the list lags behind.
        self.wait_with(reason, |elapsed| looks.next(2 * elapsed).max(least)).await
    }

    /// Waits until it is time for the next look at what usually takes so long.
    async fn wait(&mut self, reason: &str, usual: Duration) -> Result<(), StepError> {
        let (every, slack, quick) = (self.stage.every(), self.step.slack, self.step.usual.quick());
        let looks = Looks { usual, quick, slack, every };
        self.wait_with(reason, |elapsed| looks.next(elapsed)).await
    }

    /// Waits as long as is right when so much time has passed.
    async fn wait_with(
        &mut self,
        reason: &str,
        pause: impl FnOnce(Duration) -> Duration,
    ) -> Result<(), StepError> {
        let elapsed = self.stage.since(self.began);
        // What is usually slow, such as draining connections for an hour, gets its time.
        if elapsed > self.kind.waiting.patience.max(2 * self.step.usual.median) {
            let (doing, waited) = (reason.to_owned(), elapsed);
            return Err(StepError::Impatient { doing, waited, last: None });
        }
        self.stage.waits(reason);
        self.stage.rest(pause(elapsed)).await?;
        Ok(())
    }
}
