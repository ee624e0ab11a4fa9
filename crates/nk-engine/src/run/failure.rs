//! What is said of a step that has failed.

use nk_model::{Failure, Operation, Step, StepId};

use crate::{CloudError, Nature, grant_hint, settle::StepError};

/// Tells what a step has failed of, and what to do about it.
pub(super) fn failure(id: StepId, step: &Step, error: &StepError) -> Failure {
    let (address, action) = (step.address.clone(), step.action);
    let verb = match action.operation() {
        Operation::Create => "create",
        Operation::Update => "change",
        Operation::Destroy => "remove",
    };
    let (text, cause, hint) = match error {
        StepError::Cloud(cause) => (None, Some(cause.to_string()), hint(cause)),
        StepError::Taken(cause) => (
            Some(error.to_string()),
            Some(cause.to_string()),
            Some("rename the project, or remove it by hand if nobody needs it".to_owned()),
        ),
        StepError::Impatient { last, .. } => {
            let hint = "look at it in the AWS console; the same command goes on from here";
            (Some(error.to_string()), last.as_ref().map(ToString::to_string), Some(hint.to_owned()))
        }
        other => (Some(other.to_string()), None, None),
    };
    let error = match text {
        Some(text) => format!("could not {verb} `{address}`: {text}"),
        None => format!("could not {verb} `{address}`"),
    };
    Failure { step: id, address, action, error, cause, hint }
}

fn hint(error: &CloudError) -> Option<String> {
    match error.nature {
        Nature::Denied => grant_hint(std::slice::from_ref(error)),
        Nature::Credentials => {
            Some("renew the credentials and run the same command again".to_owned())
        }
        Nature::Unreachable => {
            Some("see whether the network and the endpoint are right".to_owned())
        }
        Nature::Blocked => Some(
            "remove what is in the way, or move it elsewhere; the same command goes on from here"
                .to_owned(),
        ),
        Nature::Refused | Nature::Throttled | Nature::Ambiguous | Nature::Garbled => None,
    }
}
