//! Errors of a cloud, as data to decide by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CloudError {
    /// The service and the operation, such as `ec2:CreateVpc`.
    pub operation: String,
    /// The error code on the wire, such as `VpcLimitExceeded`; none if there was no answer.
    pub code: Option<String>,
    /// The message of the cloud, or the reason why there is no answer.
    pub message: String,
    /// The cloud's id of the request.
    pub request_id: Option<String>,
    /// What the error means for what comes next.
    pub nature: Nature,
    /// What the caller is not allowed to do, if that is the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Denied>,
    /// What is in the way, if that is known: what it is and to whom it belongs, for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obstacles: Vec<String>,
}

/// What an error means for what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// The cloud understood the call and refused it; nothing was done.
    Refused,
    /// The cloud refused the call because the name or the place is taken; nothing was done.
    Taken,
    /// The cloud refused the call because what it needs is used by something else; nothing was
    /// done.
    InUse,
    /// The cloud refused the call because of something that does not pass by itself; nothing was
    /// done.
    Blocked,
    /// The cloud was too busy, for longer than its own retries last; nothing was done.
    Throttled,
    /// The caller is not allowed to do this.
    Denied,
    /// The credentials are missing, expired or wrong.
    Credentials,
    /// The cloud could not be reached; nothing was done.
    Unreachable,
    /// The call was sent and its answer is unknown: it may or may not have been carried out.
    Ambiguous,
    /// The answer could not be read: the call may or may not have been carried out.
    Garbled,
}

/// What a caller is not allowed to do. It is not always the operation that was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Denied {
    /// Such as `iam:PassRole`.
    pub action: String,
    /// The resource, as the cloud names it; `*` if it does not say.
    pub resource: String,
}

impl CloudError {
    /// An error without a code.
    pub fn new(nature: Nature, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            operation: operation.into(),
            code: None,
            message: message.into(),
            request_id: None,
            nature,
            denied: None,
            obstacles: Vec::new(),
        }
    }

    /// An answer, or a spec, that does not have the expected form.
    pub fn garbled(operation: impl Into<String>, message: &impl fmt::Display) -> Self {
        Self::new(Nature::Garbled, operation, message.to_string())
    }

    /// Something that nk refuses, although the cloud would accept it; `operation` names what was
    /// about to be done.
    pub fn refused(operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Nature::Refused, operation, message)
    }

    /// Whether the call may have been carried out nevertheless.
    pub fn may_be_done(&self) -> bool {
        matches!(self.nature, Nature::Ambiguous | Nature::Garbled)
    }

    /// Whether the cloud answered with this code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether the cloud answered with this code and a message that contains this fragment.
    pub fn says(&self, code: &str, fragment: &str) -> bool {
        self.is(code) && self.message.contains(fragment)
    }

    /// The message of the cloud, with what is in the way.
    pub fn told(&self) -> String {
        let Self { message, obstacles, .. } = self;
        if obstacles.is_empty() {
            return message.clone();
        }
        format!("{message} (in the way: {})", obstacles.join(", "))
    }

    /// The error without a value that must not be seen. A cloud may quote what it refuses.
    #[must_use]
    pub fn without(mut self, secret: &str) -> Self {
        if !secret.is_empty() {
            self.message = self.message.replace(secret, "(secret)");
        }
        self
    }
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, code, request_id, nature, .. } = self;
        f.write_str(operation)?;
        f.write_str(match nature {
            Nature::Credentials if code.is_none() => " was not sent",
            Nature::Refused
            | Nature::Taken
            | Nature::InUse
            | Nature::Blocked
            | Nature::Denied
            | Nature::Credentials => " was refused",
            Nature::Throttled => " was throttled",
            Nature::Unreachable => " could not be sent",
            Nature::Ambiguous => " has an unknown outcome",
            Nature::Garbled => " got an answer that could not be read",
        })?;
        if let Some(code) = code {
            write!(f, ": {code}")?;
        }
        let told = self.told();
        if !told.is_empty() {
            write!(f, ": {told}")?;
        }
        if let Some(id) = request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for CloudError {}

/// The result of a call.
pub type CloudResult<T> = Result<T, CloudError>;
