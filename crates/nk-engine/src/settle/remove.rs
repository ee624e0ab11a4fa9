//! How a step deletes its resource.

use nk_model::{Operation, Phase};
use tokio::time::Instant;

use super::{Settling, StepError};
use crate::{Cloud, Departure, cloud::Erased};

impl<C: Cloud> Settling<'_, C> {
    /// Deletes the resource and waits until it is gone.
    pub(crate) async fn remove(&mut self) -> Result<(), StepError> {
        let live = self.step.live.clone().expect("a destroy has something to destroy");
        let mut asked = matches!(live.phase, Phase::Leaving(_));
        let mut live = live;
        // When AWS accepted it last. Patience counts from the first time: a deletion that AWS
        // accepts again and again without doing it is not waited for forever.
        let mut accepted: Option<Instant> = None;
        loop {
            if !asked {
                self.stage.gate().await?;
                let answer = {
                    let _place = self.stage.place().await;
                    self.cloud.destroy_one(&live).await
                };
                match answer {
                    Ok(Departure::Gone) => {
                        self.stage.rested();
                        return Ok(());
                    }
                    Ok(Departure::Going) => {
                        self.stage.rested();
                        let now = Instant::now();
                        if accepted.replace(now).is_none() {
                            self.began = now;
                        }
                    }
                    Err(error) => {
                        self.pardon(error, Operation::Destroy).await?;
                        if self.doubt.is_none() {
                            continue;
                        }
                    }
                }
            }
            match self.find(&live.id).await? {
                None => {
                    self.stage.rested();
                    return Ok(());
                }
                Some(seen) => {
                    let word = match &seen.phase {
                        Phase::Retired(_) => return Ok(()),
                        Phase::Leaving(word) | Phase::Busy(word) => word.clone(),
                        // The answer is from before the call, or somebody has restored it.
                        Phase::Ready | Phase::Failed(_) => "still exists".to_owned(),
                    };
                    asked = matches!(seen.phase, Phase::Leaving(_) | Phase::Busy(_));
                    if let Some(error) = self.doubt.take_if(|_| !asked) {
                        return Err(StepError::Cloud(error));
                    }
                    let since = self.stage.since(accepted.unwrap_or(self.began));
                    asked |= since < self.kind.waiting.stale;
                    self.wait(&format!("AWS says `{word}`"), self.usual).await?;
                    let before = std::mem::replace(&mut live, seen);
                    self.kind.complete(&mut live, &before.spec);
                }
            }
        }
    }
}
