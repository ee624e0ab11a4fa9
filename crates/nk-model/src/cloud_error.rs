//! What can go wrong at a cloud, as data to decide by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A call that did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CloudError {
    /// The service and the operation, as in `ec2:CreateVpc`.
    pub operation: String,
    /// The error code on the wire, as in `VpcLimitExceeded`; none where there was no answer.
    pub code: Option<String>,
    /// What the cloud said, or why there is no answer.
    pub message: String,
    /// The cloud's name for the request.
    pub request_id: Option<String>,
    /// What it means for what comes next.
    pub nature: Nature,
    /// What the caller may not do, where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Denied>,
    /// What stands in the way, where that is known: what it is and whose, for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obstacles: Vec<String>,
}

/// What an error means for what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// The cloud understood and declined; nothing was done.
    Refused,
    /// The cloud declined because something of that name, or in that place, is there; nothing was
    /// done.
    Taken,
    /// The cloud declined because what was to be used serves something else; nothing was done.
    InUse,
    /// The cloud declined because of something that does not go by itself; nothing was done.
    Blocked,
    /// The cloud had too much to do, beyond what its own retries bridged; nothing was done.
    Throttled,
    /// The caller may not do this.
    Denied,
    /// The credentials are missing, expired or wrong.
    Credentials,
    /// Nothing was reached; nothing was done.
    Unreachable,
    /// The call went out and its answer is unknown: it may or may not have been done.
    Ambiguous,
    /// The answer makes no sense: what was asked may or may not have been done.
    Garbled,
}

/// What a caller may not do: not always what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Denied {
    /// As in `iam:PassRole`.
    pub action: String,
    /// To what, as the cloud names it; `*` where it does not say.
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

    /// An answer, or a spec, that does not have the form it should.
    pub fn garbled(operation: impl Into<String>, message: &impl fmt::Display) -> Self {
        Self::new(Nature::Garbled, operation, message.to_string())
    }

    /// Something the cloud would accept, or has, that nk refuses; `operation` names what was about
    /// to be done.
    pub fn refused(operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Nature::Refused, operation, message)
    }

    /// Whether what was asked may have been done nevertheless.
    pub fn may_be_done(&self) -> bool {
        matches!(self.nature, Nature::Ambiguous | Nature::Garbled)
    }

    /// Whether the cloud answered with this code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether the cloud answered with this code and a message that contains this.
    pub fn says(&self, code: &str, fragment: &str) -> bool {
        self.is(code) && self.message.contains(fragment)
    }

    /// What the cloud said, with what stands in the way.
    pub fn told(&self) -> String {
        let Self { message, obstacles, .. } = self;
        if obstacles.is_empty() {
            return message.clone();
        }
        format!("{message} (in the way: {})", obstacles.join(", "))
    }

    /// The same without a value that must not be seen: a cloud may quote what it declines.
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
            Nature::Unreachable => " reached nobody",
            Nature::Ambiguous => " has an unknown outcome",
            Nature::Garbled => " was not understood",
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

/// A result of a cloud.
pub type CloudResult<T> = Result<T, CloudError>;
