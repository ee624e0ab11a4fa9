//! How a step looks at what it is about.

use std::sync::Arc;

use nk_model::{Json, LiveValue, Owner, Phase};
use tokio::time::{Duration, Instant};

use super::{Settling, StepError, View};
use crate::{Cloud, CloudError, Scope, cloud::Erased};

/// When to look for what a create has made that was refused because something of that name is there:
/// ours from an attempt whose answer was lost, or somebody else's. Counted from the refusal; lists
/// lag behind by two or three seconds.
const TAKEN: &[Duration] = &[Duration::from_secs(4), Duration::from_secs(10)];
/// When to look for what a create may have made that nothing guards against being done twice and that
/// was not answered at all, before it is sent again.
///
/// It may well have been done, and AWS's lists show what was made after seconds, rarely later; EC2
/// asks for looks at growing distances "up to a few minutes", see
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>. Should a second one
/// be made nevertheless, the next look shows two at one address, and the empty one goes.
const SILENT: &[Duration] =
    &[Duration::ZERO, Duration::from_secs(4), Duration::from_secs(20), Duration::from_mins(1)];
/// The same where AWS has answered that something went wrong on its side (HTTP 5xx): that it was
/// done nevertheless is rare, and that it shows late as well is rarer.
const FAILED: &[Duration] = &[Duration::from_secs(20)];
/// The same where something guards it: the cloud has sent it again and again.
const REPEATED: &[Duration] = &[Duration::ZERO];

impl<C: Cloud> Settling<'_, C> {
    /// Looks for what this step has made, where it knows its id, or else at the address, past what is
    /// another step's business.
    pub(super) async fn look(&self) -> Result<View, StepError> {
        let (address, spec) = (self.address().clone(), self.spec.clone());
        let found = self.observe(Scope::one(address, spec, self.made.clone())).await?;
        let mine = found
            .into_iter()
            .filter(|live| match &self.made {
                Some(id) => live.id == *id,
                None => !self.surroundings.others.contains(&live.id),
            })
            .filter(|live| live.owner == Owner::Ours)
            .min_by_key(|live| matches!(live.phase, Phase::Leaving(_) | Phase::Failed(_)));
        Ok(mine.map_or(View::Nothing, View::Seen))
    }

    /// Looks for what this step removes.
    pub(super) async fn find(&self, id: &str) -> Result<Option<LiveValue>, StepError> {
        let spec = self.step.live.as_ref().map_or(Json::Null, |live| live.spec.clone());
        let scope = Scope::going(self.address().clone(), spec, id.to_owned());
        let found = self.observe(scope).await?;
        Ok(found.into_iter().find(|live| live.id == id))
    }

    async fn observe(&self, scope: Scope<Json>) -> Result<Vec<LiveValue>, StepError> {
        let scope = Scope { names: Arc::clone(&self.surroundings.names), ..scope };
        let _place = self.stage.place().await;
        self.cloud.observe_kind(self.kind.kind, scope).await.map_err(StepError::Cloud)
    }

    /// What a create has made that was refused because something of that name is there.
    pub(super) async fn namesake(&self) -> Result<Option<LiveValue>, StepError> {
        self.appears(TAKEN).await
    }

    /// What a create has made nevertheless that failed like this.
    pub(super) async fn made_nevertheless(
        &self,
        error: &CloudError,
    ) -> Result<Option<LiveValue>, StepError> {
        let looks = match error.code {
            _ if self.kind.identity.guarded => REPEATED,
            None => SILENT,
            Some(_) => FAILED,
        };
        self.appears(looks).await
    }

    /// Looks at these times from now, until there is something.
    async fn appears(&self, looks: &[Duration]) -> Result<Option<LiveValue>, StepError> {
        let began = Instant::now();
        for at in looks {
            let left = at.saturating_sub(self.stage.since(began));
            if !left.is_zero() {
                self.stage.waits("whether AWS has made it is not known yet");
                self.stage.sleep(left).await?;
            }
            if let View::Seen(live) = self.look().await? {
                return Ok(Some(live));
            }
        }
        Ok(None)
    }
}
