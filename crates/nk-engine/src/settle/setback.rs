//! What a step does about a failed call: what it waits out, for how long, and what it reports when
//! it gives up.

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
    /// AWS reports that the resource failed.
    #[error("AWS reports that it failed: {0}")]
    GaveUp(String),
    /// It took longer than its kind's patience.
    #[error("gave up after {} minutes: {doing}", .waited.as_secs() / 60)]
    Impatient {
        /// What AWS is doing, as a sentence.
        doing: String,
        /// How long nk has waited.
        waited: Duration,
        /// The last refusal of AWS, if there was one.
        last: Option<CloudError>,
    },
    /// AWS accepts the change and does not carry it out.
    #[error("AWS accepted the change to `{fields}`, but still returns the old value{}", after(.told))]
    Ignored {
        /// What has not changed.
        fields: String,
        /// What the last look reports about it.
        told: String,
    },
    /// It differs again after each change.
    #[error("`{fields}` still differs after several changes; something else changes it as well")]
    Undone {
        /// What differs now.
        fields: String,
    },
    /// The name is taken by something that does not belong to the stack, as far as a look shows.
    #[error("a resource with this name already exists and is not managed by nk")]
    Taken(#[source] CloudError),
    /// Stopped from outside.
    #[error("interrupted")]
    Interrupted,
}

impl StepError {
    /// The last answer of the cloud, if there was one.
    pub(crate) fn cloud(&self) -> Option<&CloudError> {
        match self {
            Self::Cloud(error) | Self::Taken(error) => Some(error),
            Self::Impatient { last, .. } => last.as_ref(),
            _ => None,
        }
    }
}

/// The text after a colon, if there is any.
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
/// How many times a create is sent again that could create a second resource.
const AGAIN: u32 = 6;

impl<C: Cloud> Settling<'_, C> {
    /// Accepts a few times that a create was not answered and its resource is not visible, if the
    /// cloud does not repeat that call because it could create a second resource. Other calls that
    /// were not answered have been repeated by the cloud as often as the budget of the run allows.
    pub(super) fn bear(&mut self, error: CloudError) -> Result<(), StepError> {
        self.failures += 1;
        if self.kind.identity.guarded || self.failures > AGAIN {
            return Err(StepError::Cloud(error));
        }
        Ok(())
    }

    /// Waits out a refusal that passes according to its kind, or remembers what may have been
    /// carried out; anything else fails.
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
            // A refusal that is known not to pass is not waited out.
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
            let doing = "AWS still refuses the call".to_owned();
            return Err(StepError::Impatient { doing, waited, last: Some(error) });
        }
        self.stage.waits(&format!("AWS says {}: {}", retry.code, error.told()));
        let [least, most] = PARDON;
        self.stage.rest(Looks::at_once(most).next(waited).clamp(least, most)).await?;
        Ok(())
    }
}
