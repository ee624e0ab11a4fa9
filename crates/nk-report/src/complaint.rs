//! What went wrong, why, and what to do about it.

use std::error::Error;

use nk_model::{CloudError, Failure, Json};
use serde::Serialize;

use crate::{
    styles::{Styles, paint},
    text::tame_lines,
};

/// An error in the form in which all errors are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// What went wrong, in one sentence.
    pub error: String,
    /// The reasons, from the outermost to the innermost.
    pub causes: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The answer of the cloud, as data.
    pub cloud: Vec<CloudError>,
    /// The mistakes in the stack file, each with its place, as data.
    pub mistakes: Vec<Json>,
}

impl Complaint {
    /// An error without further details.
    pub fn new(error: impl Into<String>) -> Self {
        let error = error.into();
        Self { error, causes: Vec::new(), hint: None, cloud: Vec::new(), mistakes: Vec::new() }
    }

    /// An error with the chain of its sources. Messages do not repeat their sources.
    pub fn of(error: &dyn Error) -> Self {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        Self { causes, ..Self::new(error.to_string()) }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }
}

impl From<&Failure> for Complaint {
    fn from(failure: &Failure) -> Self {
        let Failure { error, cause, cloud, hint, .. } = failure;
        let (causes, cloud) = (cause.iter().cloned().collect(), cloud.iter().cloned().collect());
        Self { causes, cloud, hint: hint.clone(), ..Self::new(error) }
    }
}

/// `error:` and its causes, then after a blank line `hint:`.
pub fn complaint_text(complaint: &Complaint, styles: &Styles) -> String {
    let mut text = paint(styles.error, "error:");
    for (number, line) in tame_lines(&complaint.error).enumerate() {
        text.push_str(if number == 0 { " " } else { "  " });
        text.push_str(&line);
        text.push('\n');
    }
    for line in complaint.causes.iter().flat_map(|cause| tame_lines(cause)) {
        text.push_str("  ");
        text.push_str(&line);
        text.push('\n');
    }
    if let Some(hint) = &complaint.hint {
        text.push('\n');
        text.push_str(&paint(styles.hint, "hint:"));
        for line in tame_lines(hint) {
            text.push(' ');
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// A step that failed.
pub fn failure_text(failure: &Failure, styles: &Styles) -> String {
    complaint_text(&failure.into(), styles)
}

#[cfg(test)]
mod tests {
    use nk_model::{Action, Address};

    use super::*;

    #[test]
    fn an_error_says_what_why_and_what_next() {
        let failure = Failure {
            step: 0,
            address: Address::new("nat-gateway", "nat-1"),
            action: Action::Create,
            error: "could not create `nat-gateway.nat-1`".into(),
            cause: Some("ec2:CreateNatGateway was refused: NatGatewayLimitExceeded: the limit of 5 is reached (request 8f2c)\n東京リージョンの上限です".into()),
            cloud: None,
            hint: Some("run `nk apply` again once there is room".into()),
        };
        insta::assert_snapshot!(failure_text(&failure, &Styles::default()), @r#"
        error: could not create `nat-gateway.nat-1`
          ec2:CreateNatGateway was refused: NatGatewayLimitExceeded: the limit of 5 is reached (request 8f2c)
          東京リージョンの上限です

        hint: run `nk apply` again once there is room
        "#);
    }
}
