//! How ECS creates a service.

mod failure;
mod finding;
mod image;
mod reading;
mod request;
mod rollout;

use aws_sdk_ecs::types;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ecs::{Service, ServiceOutputs};
use nk_model::{Address, Change, Changes, Live, Phase};

use self::rollout::Rollout;
use super::name_in;
use crate::{Aws, sdk_error::SdkResult, tags::managed};

/// ECS's codes for a missing service.
const MISSING: &[&str] = &["ServiceNotFoundException", "ClusterNotFoundException"];
/// ECS's codes for a service that is being deleted, or was deleted recently; a look shows which.
const DRAINING: &str = "ServiceNotActiveException";

type LiveService = Live<Service, ServiceOutputs>;

impl Reconcile<Service> for Aws {
    async fn observe(&self, scope: &Scope<Service>) -> CloudResult<Vec<LiveService>> {
        let mut found = Vec::new();
        for service in self.services(scope).await? {
            let tags = managed(service.tags.clone());
            let name = service.service_name().unwrap_or_default();
            let place = self.holder(scope, |spec| spec.name == name, &tags);
            if let Some((address, owner)) = place {
                let live = reading::live(address, &service, tags).owned_by(owner);
                found.push((service, live));
            }
        }
        self.hand_over_counts(scope, &mut found).await?;
        // Only the step that has just changed this service needs to know its outcome.
        let one = scope.address().is_some();
        let looks = found.into_iter().map(|(service, live)| async move {
            let wanted = scope.wanted(&live.address).filter(|_| one);
            self.assess(live, &service, wanted).await
        });
        try_join_all(looks).await
    }

    async fn create(&self, spec: &Service, address: &Address) -> CloudResult<Option<LiveService>> {
        let call = request::create(&self.ecs, spec);
        let answer = Box::pin(call.send()).await.or_cloud_error()?;
        let Some(service) = answer.service else { return Ok(None) };
        let live = reading::live(address.clone(), &service, spec.tags.clone());
        self.assess(live, &service, Some(spec)).await.map(Some)
    }

    async fn update(
        &self,
        spec: &Service,
        live: &LiveService,
        changes: &[Change],
    ) -> CloudResult<Option<LiveService>> {
        if changes.touch("tags") {
            self.ecs_tag(&live.id, &spec.tags).await?;
        }
        if changes.iter().all(|change| change.field() == "tags") {
            return Ok(None);
        }
        let call = request::update(&self.ecs, spec, changes);
        let answer = Box::pin(call.send()).await.or_cloud_error()?;
        let Some(service) = answer.service else { return Ok(None) };
        let mut now = reading::live(live.address.clone(), &service, spec.tags.clone());
        if !changes.touch("count") {
            now.spec.count = live.spec.count;
        }
        self.assess(now, &service, Some(spec)).await.map(Some)
    }

    async fn destroy(&self, live: &LiveService) -> CloudResult<Departure> {
        let (cluster, name) = (live.spec.cluster.as_str(), &live.spec.name);
        let call = self.ecs.update_service().cluster(cluster).service(name).desired_count(0);
        if departure(Box::pin(call.send()).await.or_cloud_error())? == Departure::Gone {
            return Ok(Departure::Gone);
        }
        let call = self.ecs.delete_service().cluster(cluster).service(name).force(true);
        departure(call.send().await.or_cloud_error())
    }
}

/// How far the deletion of a service is, according to ECS's answer.
fn departure<T>(answer: CloudResult<T>) -> CloudResult<Departure> {
    match answer {
        Err(error) if MISSING.iter().any(|code| error.is(code)) => Ok(Departure::Gone),
        Err(error) if !error.is(DRAINING) => Err(error),
        _ => Ok(Departure::Going),
    }
}

impl Aws {
    /// Fills in the phase of a service: whether its deployment is done, and if it cannot be, why.
    ///
    /// `wanted` is what the service is being changed to, in a look at one service only.
    async fn assess(
        &self,
        live: LiveService,
        service: &types::Service,
        wanted: Option<&Service>,
    ) -> CloudResult<LiveService> {
        if service.status() == Some("DRAINING") {
            return Ok(live.in_phase(Phase::Leaving("draining".into())));
        }
        let definition = wanted.map(|wanted| wanted.task_definition.as_str());
        let rollout = rollout::rollout(service, definition);
        if rollout == Rollout::Done {
            return Ok(live);
        }
        let noted = |live, note| Live { notes: vec![note], ..live };
        // Without an image, no deployment ends, and only a push helps.
        if rollout != Rollout::Displaced
            && let Some(image) = self.missing_image(service).await?
        {
            return Ok(noted(live, format!("it has no image yet; push {image}")));
        }
        let running = service.task_definition().unwrap_or_default();
        Ok(match rollout {
            Rollout::Done => live,
            Rollout::Unsteady(word) | Rollout::UnderWay { word, failing: true }
                if wanted.is_some() =>
            {
                let reason = self.failure(service, running, &word).await;
                live.in_phase(Phase::Busy(reason))
            }
            Rollout::Unsteady(word) => noted(live, failure::with_events(&word, service, 1)),
            Rollout::UnderWay { word, .. } => live.in_phase(Phase::Busy(word)),
            Rollout::Displaced => {
                let wanted = definition.unwrap_or_default();
                let reason = format!("the service runs {}", name_in(running));
                noted(live, self.failure(service, wanted, &reason).await)
            }
            Rollout::Failed { reason, definition: failed } => {
                if definition == Some(failed.as_str()) {
                    let reason = self.failure(service, &failed, &reason).await;
                    return Ok(live.in_phase(Phase::Failed(reason)));
                }
                Live { spec: Service { failed: reason, ..live.spec.clone() }, ..live }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use nk_engine::{CloudError, Nature};

    use super::*;

    #[test]
    fn what_somebody_else_has_sent_away_is_going_and_not_gone() {
        let answered = |code: &str| {
            let error = CloudError::refused("ecs:UpdateService", String::new());
            departure(Err::<(), _>(CloudError { code: Some(code.to_owned()), ..error }))
        };
        assert_eq!(answered("ServiceNotActiveException"), Ok(Departure::Going));
        assert_eq!(answered("ServiceNotFoundException"), Ok(Departure::Gone));
        assert_eq!(departure(Ok(())), Ok(Departure::Going));
        assert_eq!(answered("ServerException").unwrap_err().nature, Nature::Refused);
    }
}
