//! What a step makes of a call that did not go well: what it bears, for how long, and what it says
//! when it gives up.

use nk_model::{Looks, Operation};
use tokio::time::Duration;

use super::Settling;
use crate::{Cloud, CloudError, Nature, run::Interrupted};

/// Why a step failed.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StepError {
    /// A call failed in a way that does not pass.
    #[error("{0}")]
    Cloud(CloudError),
    /// AWS gave up on the resource.
    #[error("AWS gave up on it: {0}")]
    GaveUp(String),
    /// It took longer than its kind's patience.
    #[error("it is still {doing} after {} minutes", .seconds / 60)]
    Impatient {
        /// What AWS is at.
        doing: String,
        /// How long nk has waited.
        seconds: u64,
        /// What AWS said last, where it refused.
        last: Option<CloudError>,
    },
    /// AWS says yes and does not do it.
    #[error("AWS accepted the change to `{fields}` but still answers with the old value{}", after(.told))]
    Ignored {
        /// What has not changed.
        fields: String,
        /// What the last look has to say about it.
        told: String,
    },
    /// The name is taken by something that a look does not show as ours.
    #[error("something of that name exists already and is not managed by nk")]
    Taken(CloudError),
    /// Stopped from outside.
    #[error("interrupted")]
    Interrupted,
}

/// What there is to say, after a colon.
fn after(told: &str) -> String {
    if told.is_empty() { String::new() } else { format!(": {told}") }
}

impl From<Interrupted> for StepError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// How long a create that nothing guards against being done twice is looked for before it is sent
/// again where there was no answer at all, in seconds.
///
/// It may well have been done, and AWS's lists show what was made after seconds, rarely later; EC2
/// asks for looks at growing distances "up to a few minutes", see
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>. Should a second one
/// be made nevertheless, the next look shows two at one address, and the empty one goes.
const SILENT: f64 = 60.0;
/// The same where AWS has answered that something went wrong on its side (HTTP 5xx): that it was
/// done nevertheless is rare, and that it shows late as well is rarer.
const FAILED: f64 = 20.0;
/// The most seconds between two tries of what AWS refuses for a while.
const PARDON: f64 = 5.0;
/// How often in a row such a create may go wrong.
const UNGUARDED: u32 = 6;
/// How often in a row any other change may. The cloud has sent it again already, as often as the
/// run's budget allows, so it is not for a step to do so on top of that: it looks once more.
const UNANSWERED: u32 = 1;

impl<C: Cloud> Settling<'_, C> {
    /// For how many seconds a create that failed like this is looked for before it is sent again.
    pub(super) fn visible_after(&self, error: &CloudError) -> f64 {
        match error.code {
            _ if self.kind.guarded => 0.0,
            None => SILENT,
            Some(_) => FAILED,
        }
    }

    /// Bears an error that says nothing about the request itself, a few times in a row.
    pub(super) fn bear(
        &mut self,
        error: CloudError,
        operation: Operation,
    ) -> Result<(), StepError> {
        let alone = operation == Operation::Create && !self.kind.guarded;
        let limit = match error.nature {
            Nature::Ambiguous | Nature::Garbled | Nature::Throttled if alone => UNGUARDED,
            Nature::Ambiguous | Nature::Garbled => UNANSWERED,
            _ => 0,
        };
        self.failures += 1;
        if self.failures <= limit { Ok(()) } else { Err(StepError::Cloud(error)) }
    }

    /// Waits out a refusal that its kind says will pass, or an error that may; anything else fails.
    pub(super) async fn pardon(
        &mut self,
        error: CloudError,
        operation: Operation,
    ) -> Result<(), StepError> {
        let known = self
            .kind
            .retry
            .iter()
            .find(|retry| retry.on == operation && error.says(retry.code, retry.message))
            // What is known not to pass is not waited for.
            .filter(|_| error.nature != Nature::Blocked);
        let Some(retry) = known else {
            self.bear(error, operation)?;
            self.stage.sleep(backoff(self.failures)).await?;
            return Ok(());
        };
        let elapsed = self.stage.since(self.began);
        if elapsed > retry.patience {
            let (doing, seconds) = ("refused".to_owned(), whole(elapsed));
            return Err(StepError::Impatient { doing, seconds, last: Some(error) });
        }
        self.stage.waits(&format!("AWS says {}: {}", retry.code, error.message));
        let looks = Looks { usual: 0.0, slack: 0.0, every: PARDON };
        self.stage.rest(looks.next(elapsed).min(PARDON)).await?;
        Ok(())
    }
}

/// How EC2 says that an address serves another; it may serve what a lost answer was about.
pub(super) const IN_USE: &str = "Resource.AlreadyAssociated";

/// Whether a create was refused because something of that name, or with that address, is there.
pub(super) fn taken(error: &CloudError) -> bool {
    let Some(code) = error.code.as_deref() else { return false };
    ["AlreadyExists", "Duplicate", "ResourceExistsException", "Conflict"]
        .iter()
        .any(|word| code.contains(word))
        || code == IN_USE
        || error.says("InvalidParameterException", "was not idempotent")
        || error.says("InvalidParameterException", "Domain already")
}

/// A time without its fraction.
pub(super) fn whole(seconds: f64) -> u64 {
    Duration::from_secs_f64(seconds).as_secs()
}

/// Dense at first, then every two seconds: how IAM and EC2 catch up.
fn backoff(failures: u32) -> Duration {
    Duration::from_millis(125 << failures.min(4))
}
