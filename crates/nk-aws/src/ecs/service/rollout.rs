//! The progress of a service's deployment.

use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, Service};

/// The progress.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rollout {
    /// Everything runs.
    Done,
    /// It is done, but fewer tasks run than desired: they stop, or there is no capacity.
    Unsteady(String),
    /// It is not done; the text describes the progress.
    UnderWay {
        /// Such as `deployment in progress: 0 of 1 running`.
        word: String,
        /// Whether tasks have failed.
        failing: bool,
    },
    /// Something else is deployed, and the desired deployment has been replaced.
    Displaced,
    /// ECS has given up.
    Failed {
        /// ECS's reason.
        reason: String,
        /// The task definition of that deployment.
        definition: String,
    },
}

/// The progress of the deployment of `wanted`, or of the latest one if that is not known.
///
/// While ECS rolls back, the failed deployment exists beside the one that replaces it.
pub(super) fn rollout(service: &Service, wanted: Option<&str>) -> Rollout {
    let deployments = service.deployments();
    let primary = deployments.iter().find(|one| one.status() == Some("PRIMARY"));
    if let Some(failed) = primary.filter(|one| failed(one)) {
        return failure(failed);
    }
    let rolling_back = |one: &&Deployment| {
        failed(one)
            && one.task_definition() == wanted
            && primary.is_some_and(|primary| primary.task_definition() != wanted)
    };
    if let Some(failed) = wanted.and_then(|_| deployments.iter().find(rolling_back)) {
        return failure(failed);
    }
    let others = deployments.iter().map(Deployment::task_definition).all(|one| one != wanted);
    if wanted.is_some() && others && service.task_definition() != wanted {
        return Rollout::Displaced;
    }
    let (running, desired) = (service.running_count, service.desired_count);
    let complete = primary.is_none_or(|one| {
        matches!(one.rollout_state, None | Some(DeploymentRolloutState::Completed))
    });
    let failed = primary.map_or(0, |one| one.failed_tasks);
    let failures = if failed == 0 { String::new() } else { format!(", {failed} failed") };
    let word = format!("{running} of {desired} running{failures}");
    match deployments.len() <= 1 && complete {
        true if running == desired => Rollout::Done,
        true => Rollout::Unsteady(word),
        false => Rollout::UnderWay {
            word: format!("deployment in progress: {word}"),
            failing: failed > 0,
        },
    }
}

fn failed(deployment: &Deployment) -> bool {
    deployment.rollout_state == Some(DeploymentRolloutState::Failed)
}

fn failure(deployment: &Deployment) -> Rollout {
    Rollout::Failed {
        reason: deployment.rollout_state_reason().unwrap_or("the deployment failed").to_owned(),
        definition: deployment.task_definition().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::builders::DeploymentBuilder;

    use super::*;

    fn deployment(
        status: &str,
        definition: &str,
        state: DeploymentRolloutState,
    ) -> DeploymentBuilder {
        let deployment = Deployment::builder().status(status).task_definition(definition);
        deployment.rollout_state(state).rollout_state_reason("tasks failed to start")
    }

    fn service(running: i32, deployments: Vec<DeploymentBuilder>) -> Service {
        let definition = deployments.first().and_then(|one| one.get_task_definition().clone());
        let service = Service::builder().desired_count(1).running_count(running);
        let service = service.set_task_definition(definition);
        let deployments = deployments.into_iter().map(DeploymentBuilder::build).collect();
        service.set_deployments(Some(deployments)).build()
    }

    fn failed_for(definition: &str) -> Rollout {
        let reason = "tasks failed to start".to_owned();
        Rollout::Failed { reason, definition: definition.to_owned() }
    }

    #[test]
    fn one_completed_deployment_with_all_its_tasks_is_done() {
        let done = deployment("PRIMARY", "a:2", DeploymentRolloutState::Completed);
        assert_eq!(rollout(&service(1, vec![done.clone()]), Some("a:2")), Rollout::Done);
        let before = deployment("ACTIVE", "a:1", DeploymentRolloutState::Completed);
        let both = service(1, vec![done, before]);
        let word = "deployment in progress: 1 of 1 running".to_owned();
        assert_eq!(rollout(&both, Some("a:2")), Rollout::UnderWay { word, failing: false });
    }

    #[test]
    fn failing_tasks_are_counted() {
        let starting = deployment("PRIMARY", "a:1", DeploymentRolloutState::InProgress);
        let word = "deployment in progress: 0 of 1 running, 3 failed".to_owned();
        let service = service(0, vec![starting.failed_tasks(3)]);
        assert_eq!(rollout(&service, None), Rollout::UnderWay { word, failing: true });
    }

    #[test]
    fn tasks_that_stop_after_the_deployment_are_no_deployment() {
        let done = deployment("PRIMARY", "a:1", DeploymentRolloutState::Completed);
        let word = "0 of 1 running".to_owned();
        assert_eq!(rollout(&service(0, vec![done]), None), Rollout::Unsteady(word));
    }

    #[test]
    fn a_rollback_that_is_done_has_displaced_what_was_wanted() {
        let back = deployment("PRIMARY", "a:1", DeploymentRolloutState::Completed);
        let service = service(1, vec![back]);
        assert_eq!(rollout(&service, Some("a:2")), Rollout::Displaced);
        assert_eq!(rollout(&service, None), Rollout::Done);
    }

    #[test]
    fn a_rollback_is_the_failure_of_what_was_wanted() {
        let back = deployment("PRIMARY", "a:1", DeploymentRolloutState::InProgress);
        let gone = deployment("ACTIVE", "a:2", DeploymentRolloutState::Failed);
        let service = service(1, vec![back, gone]);
        assert_eq!(rollout(&service, Some("a:2")), failed_for("a:2"));
        assert!(matches!(rollout(&service, None), Rollout::UnderWay { .. }));
    }

    #[test]
    fn an_earlier_failure_does_not_fail_the_deployment_after_it() {
        let again = deployment("PRIMARY", "a:2", DeploymentRolloutState::InProgress);
        let gone = deployment("ACTIVE", "a:2", DeploymentRolloutState::Failed);
        let service = service(0, vec![again, gone]);
        assert!(matches!(rollout(&service, Some("a:2")), Rollout::UnderWay { .. }));
    }

    #[test]
    fn a_deployment_with_nothing_to_go_back_to_has_failed() {
        let service =
            service(0, vec![deployment("PRIMARY", "a:1", DeploymentRolloutState::Failed)]);
        assert_eq!(rollout(&service, None), failed_for("a:1"));
    }
}
