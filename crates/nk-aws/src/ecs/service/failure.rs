//! Why a deployment failed, according to the tasks and events.

use aws_sdk_ecs::types::{DesiredStatus, Service, Task};
use nk_engine::CloudResult;
use nk_policy::grant_hint;

use crate::{Aws, sdk_error::SdkResult};

/// How many events of a service are read.
const EVENTS: usize = 3;
/// How many stopped tasks are read.
const TASKS: i32 = 10;

impl Aws {
    /// ECS's reason, that of the stopped task if it can be read, and the last events of the
    /// service.
    pub(super) async fn failure(
        &self,
        service: &Service,
        definition: &str,
        reason: &str,
    ) -> String {
        let reason = match self.stopped_task(service, definition).await {
            Ok(Some(task)) => format!("{reason}; a task stopped: {}", last_words(&task)),
            Ok(None) => reason.to_owned(),
            Err(error) => {
                let hint = grant_hint(&error.denied).map(|hint| format!("; {hint}"));
                let hint = hint.unwrap_or_default();
                format!("{reason}; could not read why its tasks stopped: {error}{hint}")
            }
        };
        with_events(&reason, service, EVENTS)
    }

    /// The task of this definition that stopped last. ECS remembers tasks for an hour.
    async fn stopped_task(&self, service: &Service, definition: &str) -> CloudResult<Option<Task>> {
        let cluster = service.cluster_arn().unwrap_or_default();
        let listed = self
            .ecs
            .list_tasks()
            .cluster(cluster)
            .service_name(service.service_name().unwrap_or_default())
            .desired_status(DesiredStatus::Stopped)
            .max_results(TASKS)
            .send()
            .await
            .or_cloud_error()?;
        let arns = listed.task_arns.unwrap_or_default();
        if arns.is_empty() {
            return Ok(None);
        }
        let call = self.ecs.describe_tasks().cluster(cluster).set_tasks(Some(arns)).send().await;
        let tasks = call.or_cloud_error()?.tasks.unwrap_or_default();
        let tasks = tasks.into_iter().filter(|one| one.task_definition_arn() == Some(definition));
        Ok(tasks.max_by_key(|task| task.stopped_at.map(|at| at.secs())))
    }
}

/// A reason and the last events of a service.
pub(super) fn with_events(reason: &str, service: &Service, count: usize) -> String {
    let events = service.events().iter().take(count).filter_map(|event| event.message());
    [reason].into_iter().chain(events).collect::<Vec<_>>().join("; ")
}

fn last_words(task: &Task) -> String {
    let containers = task.containers().iter();
    let containers = containers.filter_map(|one| match (one.reason(), one.exit_code) {
        (Some(reason), _) => Some(reason.to_owned()),
        (None, Some(code)) if code != 0 => {
            Some(format!("`{}` exited with {code}", one.name().unwrap_or_default()))
        }
        _ => None,
    });
    let reason = task.stopped_reason().map(str::to_owned).into_iter();
    reason.chain(containers).collect::<Vec<_>>().join(": ")
}
