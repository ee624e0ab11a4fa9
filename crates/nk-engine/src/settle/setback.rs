//! What a step makes of a call that did not go well: what it bears, for how long, and what it says
//! when it gives up.

use nk_model::{Looks, Operation};
use tokio::time::Duration;

use super::Settling;
use crate::{Cloud, CloudError, Nature, stage::Interrupted};

/// Why a step failed.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StepError {
    /// A call failed in a way that does not pass.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// AWS gave up on the resource.
    #[error("AWS gave up on it: {0}")]
    GaveUp(String),
    /// It took longer than its kind's patience.
    #[error("after {} minutes {doing}", .waited.as_secs() / 60)]
    Impatient {
        /// What AWS is at, as a sentence.
        doing: String,
        /// How long nk has waited.
        waited: Duration,
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
    /// It changes again and again.
    #[error(
        "it has been changed again and again, and `{fields}` still differs: somebody else changes it, too"
    )]
    Undone {
        /// What differs now.
        fields: String,
    },
    /// The name is taken by something that a look does not show as ours.
    #[error("something of that name exists already and is not managed by nk")]
    Taken(#[source] CloudError),
    /// Stopped from outside.
    #[error("interrupted")]
    Interrupted,
}

impl StepError {
    /// What the cloud said last, where it did.
    pub(crate) fn cloud(&self) -> Option<&CloudError> {
        match self {
            Self::Cloud(error) | Self::Taken(error) => Some(error),
            Self::Impatient { last, .. } => last.as_ref(),
            _ => None,
        }
    }
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

/// The least and the most time between two tries of what AWS refuses for a while.
const PARDON: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// How often a create that nothing guards against being done twice is sent again.
const AGAIN: u32 = 6;

impl<C: Cloud> Settling<'_, C> {
    /// Bears that a create which has not become visible went unanswered, a few times, where the
    /// cloud does not send it again: nothing guards it. Whatever else goes unanswered the cloud has
    /// sent again as often as the run's budget allows.
    pub(super) fn bear(&mut self, error: CloudError) -> Result<(), StepError> {
        self.failures += 1;
        if self.kind.identity.guarded || self.failures > AGAIN {
            return Err(StepError::Cloud(error));
        }
        Ok(())
    }

    /// Waits out a refusal that its kind says will pass, or keeps in mind what may have been done;
    /// anything else fails.
    pub(super) async fn pardon(
        &mut self,
        error: CloudError,
        operation: Operation,
    ) -> Result<(), StepError> {
        let known = self
            .kind
            .waiting
            .retry
            .iter()
            .find(|retry| retry.on == operation && error.says(retry.code, retry.message))
            // What is known not to pass is not waited for.
            .filter(|_| error.nature != Nature::Blocked);
        let Some(retry) = known else {
            if !error.may_be_done() {
                return Err(StepError::Cloud(error));
            }
            self.doubt = Some(error);
            return Ok(());
        };
        let waited = self.stage.since(self.began);
        if waited > retry.patience {
            let doing = "AWS still refuses it".to_owned();
            return Err(StepError::Impatient { doing, waited, last: Some(error) });
        }
        self.stage.waits(&format!("AWS says {}: {}", retry.code, error.told()));
        let [least, most] = PARDON;
        self.stage.rest(Looks::at_once(most).next(waited).clamp(least, most)).await?;
        Ok(())
    }
}
