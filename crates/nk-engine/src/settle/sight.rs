//! How a step looks at its resource.

use nk_model::{Json, LiveValue, Owner, Phase};
use tokio::time::{Duration, Instant};

use super::{Settling, StepError, View};
use crate::{Cloud, CloudError, Scope, cloud::Erased};

/// When to look for what a create has made that was refused because something of that name is there:
/// ours from an attempt whose answer was lost, or somebody else's. Counted from the refusal; lists
/// lag behind by two or three seconds.
const TAKEN: &[Duration] = &[Duration::from_secs(4), Duration::from_secs(10)];
/// When to look for what a create may have created that was not answered at all and could create a
/// second resource, before it is sent again.
///
/// It may well have been carried out, and AWS's lists show a new resource after seconds, rarely
/// later; EC2 recommends probes at growing distances "up to a few minutes", see
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>. If a second one is
/// created nevertheless, the next look shows two at one address, and the empty one is deleted.
const SILENT: &[Duration] =
    &[Duration::ZERO, Duration::from_secs(4), Duration::from_secs(20), Duration::from_mins(1)];
/// The same if AWS has answered with an error on its side (HTTP 5xx): it is rare that the call was
/// carried out nevertheless, and rarer that this shows late as well.
const FAILED: &[Duration] = &[Duration::from_secs(20)];
/// The same if a repeated call cannot create a second resource: the cloud has repeated it already.
const REPEATED: &[Duration] = &[Duration::ZERO];

impl<C: Cloud> Settling<'_, C> {
    /// Looks for what this step has created: by its id if that is known, otherwise at the address,
    /// ignoring what other steps deal with.
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

    /// Looks for what this step deletes.
    pub(super) async fn find(&self, id: &str) -> Result<Option<LiveValue>, StepError> {
        let spec = self.step.live.as_ref().map_or(Json::Null, |live| live.spec.clone());
        let scope = Scope::going(self.address().clone(), spec, id.to_owned());
        let found = self.observe(scope).await?;
        Ok(found.into_iter().find(|live| live.id == id))
    }

    async fn observe(&self, scope: Scope<Json>) -> Result<Vec<LiveValue>, StepError> {
        let _place = self.stage.place().await;
        self.cloud.observe_kind(self.kind.kind, scope).await.map_err(StepError::Cloud)
    }

    /// What a create has created that was refused because its name is taken.
    pub(super) async fn namesake(&self) -> Result<Option<LiveValue>, StepError> {
        self.appears(TAKEN).await
    }

    /// What a create has created although it failed with this error.
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
                self.stage.waits("checking whether AWS has created it");
                self.stage.sleep(left).await?;
            }
            if let View::Seen(live) = self.look().await? {
                return Ok(Some(live));
            }
        }
        Ok(None)
    }
}
