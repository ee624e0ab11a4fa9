//! What can go wrong at a cloud, as data to decide by.

use std::{collections::BTreeSet, fmt};

use nk_model::Json;

/// A call that did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudError {
    /// The service and the operation, as in `ec2:CreateVpc`.
    pub operation: String,
    /// The error code on the wire, as in `VpcLimitExceeded`; none where there was no answer.
    pub code: Option<String>,
    /// What AWS said, or why there is no answer.
    pub message: String,
    /// AWS's name for the request.
    pub request_id: Option<String>,
    /// What it means for what comes next.
    pub nature: Nature,
}

/// What an error means for what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// AWS understood and declined; nothing was done.
    Refused,
    /// AWS declined because of something that does not go by itself; nothing was done.
    Blocked,
    /// AWS had too much to do, beyond what the SDK's own retries bridged; nothing was done.
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

impl CloudError {
    /// An answer, or a spec, that does not have the form it should.
    pub fn garbled(operation: impl Into<String>, message: &impl fmt::Display) -> Self {
        Self {
            operation: operation.into(),
            code: None,
            message: message.to_string(),
            request_id: None,
            nature: Nature::Garbled,
        }
    }

    /// Something AWS would accept, or has, that nk refuses; `operation` names what was about to be
    /// done.
    pub fn refused(operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            operation: operation.into(),
            code: None,
            message: message.into(),
            request_id: None,
            nature: Nature::Refused,
        }
    }

    /// Whether what was asked may have been done nevertheless.
    pub fn may_be_done(&self) -> bool {
        matches!(self.nature, Nature::Ambiguous | Nature::Garbled)
    }

    /// The action that the caller may not do and the resources it was about, by AWS's own words where
    /// it says: it is not always the one that was asked for.
    pub fn denied(&self) -> (&str, &str) {
        let words = |before: &str| {
            let rest = self.message.split_once(before)?.1;
            rest.split_whitespace().next().map(|word| word.trim_end_matches(['.', ',']))
        };
        let action = words("not authorized to perform: ").unwrap_or(&self.operation);
        (action, words(" on resource: ").unwrap_or("*"))
    }

    /// Whether AWS answered with this code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether AWS answered with this code and a message that contains this.
    pub fn says(&self, code: &str, fragment: &str) -> bool {
        self.is(code) && self.message.contains(fragment)
    }

    /// The same without a value that must not be seen; AWS quotes what it declines.
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
        f.write_str(&self.operation)?;
        match self.nature {
            Nature::Credentials if self.code.is_none() => f.write_str(" was not sent")?,
            Nature::Refused | Nature::Blocked | Nature::Denied | Nature::Credentials => {
                f.write_str(" was refused")?;
            }
            Nature::Throttled => f.write_str(" was throttled")?,
            Nature::Unreachable => f.write_str(" reached nobody")?,
            Nature::Ambiguous => f.write_str(" has an unknown outcome")?,
            Nature::Garbled => f.write_str(" was not understood")?,
        }
        if let Some(code) = &self.code {
            write!(f, ": {code}")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for CloudError {}

/// A result of a cloud.
pub type CloudResult<T> = Result<T, CloudError>;

/// A statement that grants the caller what these errors say it may not do; none where that is
/// nothing.
fn grant(errors: &[CloudError]) -> Option<Json> {
    let denied: Vec<_> = errors
        .iter()
        .filter(|error| error.nature == Nature::Denied)
        .map(CloudError::denied)
        .collect();
    let actions: BTreeSet<_> = denied.iter().map(|(action, _)| *action).collect();
    let resources: BTreeSet<_> = denied.iter().map(|(_, resource)| *resource).collect();
    let resources = if resources.contains("*") { BTreeSet::from(["*"]) } else { resources };
    (!actions.is_empty()).then(|| {
        let fields = [
            ("Action", Json::from_iter(actions)),
            ("Effect", "Allow".into()),
            ("Resource", Json::from_iter(resources)),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    })
}

/// What would let the caller do what these errors say it may not; none where that is nothing.
pub fn grant_hint(errors: &[CloudError]) -> Option<String> {
    grant(errors)
        .map(|statement| format!("this statement in the caller's policy grants it: {statement}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(operation: &str, message: &str) -> CloudError {
        CloudError { nature: Nature::Denied, ..CloudError::refused(operation, message) }
    }

    #[test]
    fn what_would_grant_it_is_what_aws_names() {
        let errors = [denied(
            "ecs:RegisterTaskDefinition",
            "User: arn:aws:sts::1:assumed-role/ci/x is not authorized to perform: iam:PassRole on \
             resource: arn:aws:iam::1:role/task because no identity-based policy allows it",
        )];
        let statement = r#"{"Action":["iam:PassRole"],"Effect":"Allow","Resource":["arn:aws:iam::1:role/task"]}"#;
        assert_eq!(grant(&errors).unwrap().to_string(), statement);
    }

    #[test]
    fn where_aws_names_nothing_it_is_what_was_asked() {
        let errors = [denied("ec2:DescribeVpcs", "no"), CloudError::refused("ec2:Other", "no")];
        let statement = r#"{"Action":["ec2:DescribeVpcs"],"Effect":"Allow","Resource":["*"]}"#;
        assert_eq!(grant(&errors).unwrap().to_string(), statement);
        assert_eq!(grant(&errors[1..]), None);
    }
}
