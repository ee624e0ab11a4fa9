//! Deployments as ECS shows them; an emulator's end at once, and never fail.

use serde_json::{Value as Json, json};

use super::{Answer, Before, Call, Refusal, Rule};

/// Why a task has stopped, if one has.
pub const STOPPED: &str =
    "CannotPullContainerError: pull image manifest has been retried 5 time(s)";

/// Shows each service after `edit`, and a stopped task if there is one.
pub struct Deployments<F> {
    /// What a service is changed to before it is shown.
    pub edit: F,
    /// The task definition of the stopped task.
    pub stopped: Option<String>,
}

impl<F: Fn(&Call, &mut Json) + Send + Sync> Rule for Deployments<F> {
    fn before(&self, call: &Call) -> Before {
        let Some(definition) = &self.stopped else { return Before::Pass };
        let asked = || serde_json::from_slice::<Json>(&call.bytes).expect("ECS is asked in JSON");
        let answer = match call.operation.as_str() {
            "ListTasks" => {
                let cluster = asked()["cluster"].as_str().expect("of a cluster").to_owned();
                json!({"taskArns": [cluster.replace(":cluster/", ":task/") + "/1"]})
            }
            "DescribeTasks" => json!({"failures": [], "tasks": [{
                "taskArn": asked()["tasks"][0],
                "taskDefinitionArn": definition,
                "stoppedReason": STOPPED,
                "stoppedAt": 1,
                "containers": [],
            }]}),
            _ => return Before::Pass,
        };
        Before::Answer(answer.to_string().into())
    }

    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        let services = ["CreateService", "UpdateService", "DescribeServices"];
        if !services.contains(&call.operation.as_str()) {
            return Ok(answer);
        }
        Ok(answer.edited(|body| match &mut body["services"] {
            Json::Array(all) => all.iter_mut().for_each(|one| (self.edit)(call, one)),
            _ => (self.edit)(call, &mut body["service"]),
        }))
    }
}

/// A deployment with this progress.
pub fn deployment(status: &str, definition: &str, state: &str) -> Json {
    json!({
        "id": format!("ecs-svc/{status}"),
        "status": status,
        "taskDefinition": definition,
        "rolloutState": state,
        "rolloutStateReason": "ECS deployment circuit breaker: tasks failed to start.",
        "failedTasks": if state == "FAILED" { 3 } else { 0 },
    })
}

/// The tasks of the definition `new` stop, and ECS goes back to `old`: these are the deployments
/// that it shows then.
pub fn failing(old: &str, new: &str, shown: Vec<Json>) -> impl Rule + use<> {
    let (old, stopped, new) = (json!(old), Some(new.to_owned()), json!(new));
    let edit = move |_: &Call, service: &mut Json| {
        if service["taskDefinition"] == new {
            let name = service["serviceName"].as_str().unwrap_or_default();
            let message = format!("(service {name}) deployment failed: tasks failed to start.");
            service["events"] = json!([{"id": "1", "createdAt": 1, "message": message}]);
            service["taskDefinition"] = old.clone();
            service["deployments"] = json!(shown);
        }
    };
    Deployments { edit, stopped }
}
