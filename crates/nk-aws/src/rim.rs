//! The rim of the SDK: its errors become the engine's.

use std::iter;

use aws_smithy_runtime_api::client::{
    orchestrator::HttpResponse,
    result::{ConnectorError, SdkError},
};
use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ProvideErrorMetadata};
use nk_engine::{CloudError, CloudResult, Nature};

/// Turns an SDK result into the engine's.
pub(crate) trait Refused<T> {
    /// The same result, where an error names the operation, as in `ec2:CreateVpc`.
    fn refused(self, operation: &str) -> CloudResult<T>;

    /// The same where AWS's saying that there is no such thing, by one of these codes, is an
    /// answer and not an error.
    fn unless_missing(self, operation: &str, codes: &[&str]) -> CloudResult<Option<T>>
    where
        Self: Sized,
    {
        match self.refused(operation) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if codes.iter().any(|code| error.is(code)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl<T, E> Refused<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn refused(self, operation: &str) -> CloudResult<T> {
        self.map_err(|error| cloud_error(operation, error))
    }
}

fn cloud_error<E>(operation: &str, error: SdkError<E, HttpResponse>) -> CloudError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let bare = |nature, message: String| CloudError {
        operation: operation.to_owned(),
        code: None,
        message,
        request_id: None,
        nature,
    };
    match error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let header = |name| context.raw().headers().get(name).map(ToOwned::to_owned);
            let request_id = context
                .err()
                .meta()
                .extra("aws_request_id")
                .map(ToOwned::to_owned)
                .or_else(|| header("x-amzn-requestid"))
                .or_else(|| header("x-amz-request-id"));
            let code = context.err().code().map(ToOwned::to_owned);
            let message = match context.err().message() {
                Some(message) => message.to_owned(),
                None if code.is_none() && status < 300 => "the answer makes no sense".to_owned(),
                None if code.is_none() => format!("HTTP status {status} and no word of AWS's"),
                None => String::new(),
            };
            // Who answers without a code is not AWS, or was cut off.
            let nature = match &code {
                None if status < 500 && status != 429 => Nature::Garbled,
                code => nature(code.as_deref().unwrap_or_default(), &message, status),
            };
            CloudError { operation: operation.to_owned(), code, message, request_id, nature }
        }
        SdkError::DispatchFailure(failure) => {
            let nature = match failure.as_connector_error() {
                Some(error) if without_credentials(error) => Nature::Credentials,
                Some(error) if unsent(error) => Nature::Unreachable,
                Some(_) => Nature::Ambiguous,
                None => Nature::Unreachable,
            };
            let text = failure
                .as_connector_error()
                .map_or_else(|| "no connection".to_owned(), |error| told(error));
            bare(nature, text)
        }
        SdkError::TimeoutError(_) => bare(Nature::Ambiguous, "there was no answer in time".into()),
        // The answer itself is left out: it may hold a secret.
        SdkError::ResponseError(_) => {
            bare(Nature::Garbled, "the answer was cut off or makes no sense".into())
        }
        SdkError::ConstructionFailure(failure) => {
            let text = told(&SdkError::<E, HttpResponse>::ConstructionFailure(failure));
            let nature =
                if text.contains("credential") { Nature::Credentials } else { Nature::Refused };
            bare(nature, text)
        }
        _ => bare(Nature::Ambiguous, "the SDK does not say what went wrong".into()),
    }
}

/// Whether there was nothing to sign the request with.
fn without_credentials(error: &ConnectorError) -> bool {
    chain(error).contains("CredentialsNotLoaded") || told(error).contains("loading credentials")
}

/// Whether the request surely never left.
pub(crate) fn unsent(error: &ConnectorError) -> bool {
    let text = chain(error);
    error.is_user()
        || ["tcp connect", "dns error", "certificate", "Connect, "]
            .iter()
            .any(|word| text.contains(word))
}

/// What an error and its causes say, for a person: on one line, and no cause twice.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = iter::successors(Some(error), |error| error.source());
    let mut text = String::new();
    for cause in causes {
        let cause = cause.to_string();
        // The SDK lists every place where it has looked for credentials.
        let cause = cause.split(". Attempted:").next().unwrap_or_default();
        // What it has no word for, it calls so.
        if cause == "other" {
            continue;
        }
        if cause.ends_with("no credentials found in chain") {
            return "no credentials were found".to_owned();
        }
        if text.is_empty() {
            cause.clone_into(&mut text);
        } else if !text.contains(cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// The same with all that there is to decide by.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    DisplayErrorContext(error).to_string()
}

/// What EC2 says of credentials that are no good. By the same code, `AuthFailure`, it says that an
/// address or an image is not the caller's: see
/// <https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html>.
const NOT_VALIDATED: &str = "not able to validate the provided access credentials";

/// What a code means; each service has its own for the same thing.
fn nature(code: &str, message: &str, status: u16) -> Nature {
    match code {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "RequestExpired"
        | "MissingAuthenticationToken" => Nature::Credentials,
        "AuthFailure" if message.contains(NOT_VALIDATED) => Nature::Credentials,
        "AuthFailure" => Nature::Refused,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorizedException"
        | "UnauthorizedException" => Nature::Denied,
        "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown" => Nature::Throttled,
        // EC2's own word for "the server is overloaded and can't handle the request":
        // https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
        "Unavailable" if status == 503 => Nature::Throttled,
        _ if status == 403 => Nature::Denied,
        _ if status == 429 => Nature::Throttled,
        _ if status >= 500 => Nature::Ambiguous,
        _ => Nature::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_credentials_themselves_is_about_them() {
        let invalid = "AWS was not able to validate the provided access credentials";
        assert_eq!(nature("AuthFailure", invalid, 401), Nature::Credentials);
        let in_use = "You do not have permission to access the specified resource.";
        assert_eq!(nature("AuthFailure", in_use, 400), Nature::Refused);
        assert_eq!(nature("AuthFailure", in_use, 403), Nature::Refused);
    }
}
