//! The report of a failed step.

use nk_model::{Failure, Operation, Step, StepId};

use crate::{CloudError, settle::StepError};

/// Says why a step failed, and what to do about it.
pub(super) fn failure(
    id: StepId,
    step: &Step,
    error: &StepError,
    advice: fn(&CloudError) -> Option<String>,
) -> Failure {
    let (address, action) = (step.address.clone(), step.action);
    let verb = match action.operation() {
        Operation::Create => "create",
        Operation::Update => "change",
        Operation::Destroy => "delete",
    };
    let cloud = error.cloud();
    let text = match error {
        StepError::Cloud(_) => format!("could not {verb} `{address}`"),
        other => format!("could not {verb} `{address}`: {other}"),
    };
    let hint = match error {
        StepError::Impatient { .. } => {
            Some("look at it in the AWS console; then run the same command again".to_owned())
        }
        _ => cloud.and_then(advice),
    };
    let (cause, cloud) = (cloud.map(ToString::to_string), cloud.cloned());
    Failure { step: id, address, action, error: text, cause, cloud, hint }
}
