//! Converts an error of the SDK to the engine's error.

use std::{any::type_name, fmt::Display, iter};

use aws_smithy_runtime_api::client::{
    orchestrator::HttpResponse,
    result::{ConnectorError, SdkError},
};
use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ProvideErrorMetadata};
use nk_engine::{CloudError, CloudResult, Denied, Nature};

/// The result of an SDK call, for the engine.
pub(crate) trait SdkResult<T>: Sized {
    /// The same with the engine's error, which names the operation.
    fn or_cloud_error(self) -> CloudResult<T>;

    /// The same, in which a refusal with one of these codes counts as an answer without content.
    fn accepting(self, codes: &[&str]) -> CloudResult<Option<T>> {
        match self.or_cloud_error() {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if codes.iter().any(|code| error.is(code)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl<T, E> SdkResult<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn or_cloud_error(self) -> CloudResult<T> {
        self.map_err(cloud_error)
    }
}

/// An answer, or a part of it, that does not have the expected form.
pub(crate) fn garbled<E>(message: &impl Display) -> CloudError {
    CloudError::garbled(operation::<E>(), message)
}

/// Something that nk refuses to ask of the operation with this error.
pub(crate) fn refused<E>(message: impl Into<String>) -> CloudError {
    CloudError::refused(operation::<E>(), message)
}

/// The operation with this error, in the form of an IAM action, which it usually is:
/// `ec2:CreateVpc` for `aws_sdk_ec2::operation::create_vpc::CreateVpcError`.
///
/// The SDK gives each operation its own error type, and there is no other name available where it
/// fails.
fn operation<E>() -> String {
    let path = type_name::<E>();
    let (sdk, rest) = path.split_once("::").unwrap_or_default();
    let name = rest.rsplit("::").next().and_then(|name| name.strip_suffix("Error"));
    let service = match sdk.trim_start_matches("aws_sdk_") {
        "applicationautoscaling" => "application-autoscaling",
        "cloudwatchlogs" => "logs",
        "cognitoidentityprovider" => "cognito-idp",
        "elasticloadbalancingv2" => "elasticloadbalancing",
        "resourcegroupstagging" => "tag",
        service => service,
    };
    format!("{service}:{}", name.unwrap_or(rest))
}

fn cloud_error<E>(error: SdkError<E, HttpResponse>) -> CloudError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let bare = |nature, message: String| CloudError::new(nature, operation::<E>(), message);
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
                None if code.is_none() && status < 300 => "the answer could not be read".to_owned(),
                None if code.is_none() => format!("HTTP status {status} without an error of AWS"),
                None => String::new(),
            };
            // An answer without a code is not from AWS, or is incomplete.
            let nature = match &code {
                None if status < 500 && status != 429 => Nature::Garbled,
                code => nature(code.as_deref().unwrap_or_default(), &message, status),
            };
            let denied = (nature == Nature::Denied).then(|| denied(operation::<E>(), &message));
            CloudError { code, request_id, denied, ..bare(nature, message) }
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
        // The answer itself is left out, because it may contain a secret.
        SdkError::ResponseError(_) => {
            bare(Nature::Garbled, "the answer is incomplete or could not be read".into())
        }
        SdkError::ConstructionFailure(failure) => {
            let text = told(&SdkError::<E, HttpResponse>::ConstructionFailure(failure));
            let nature =
                if text.contains("credential") { Nature::Credentials } else { Nature::Refused };
            bare(nature, text)
        }
        _ => bare(Nature::Ambiguous, "the SDK gives no reason".into()),
    }
}

/// Whether there were no credentials to sign the request with.
fn without_credentials(error: &ConnectorError) -> bool {
    chain(error).contains("CredentialsNotLoaded") || told(error).contains("loading credentials")
}

/// Whether the request was certainly never sent.
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
        // The SDK lists every place in which it has looked for credentials.
        let cause = cause.split(". Attempted:").next().unwrap_or_default();
        // The SDK's word for something that it has no name for.
        if cause == "other" {
            continue;
        }
        if cause.ends_with("no credentials found in chain") {
            return "no credentials found".to_owned();
        }
        if text.is_empty() {
            cause.clone_into(&mut text);
        } else if !text.contains(cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// The same, with everything that decisions depend on.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    DisplayErrorContext(error).to_string()
}

/// EC2's message for invalid credentials. With the same code, `AuthFailure`, it reports that an
/// address or an image does not belong to the caller: see
/// <https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html>.
const NOT_VALIDATED: &str = "not able to validate the provided access credentials";

/// How services report that a name or a place is taken: a part of the code and of the message.
const TAKEN: [(&str, &str); 6] = [
    ("AlreadyExists", ""),
    ("Duplicate", ""),
    ("ResourceExistsException", ""),
    (".Conflict", ""),
    ("InvalidParameterException", "was not idempotent"),
    ("InvalidParameterException", "Domain already"),
];

fn taken(code: &str, message: &str) -> bool {
    TAKEN.iter().any(|(part, fragment)| code.contains(part) && message.contains(fragment))
}

/// The action that the caller may not do and its resource, from AWS's message if that names them:
/// it is not always the operation that was called.
fn denied(operation: String, message: &str) -> Denied {
    let words = |before: &str| {
        let word = message.split_once(before)?.1.split_whitespace().next()?;
        Some(word.trim_end_matches(['.', ',']).to_owned())
    };
    let action = words("not authorized to perform: ").unwrap_or(operation);
    Denied { action, resource: words(" on resource: ").unwrap_or_else(|| "*".to_owned()) }
}

/// The meaning of a code; each service has its own codes.
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
        // EC2's own code for "the server is overloaded and can't handle the request":
        // https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
        "Unavailable" if status == 503 => Nature::Throttled,
        "Resource.AlreadyAssociated" => Nature::InUse,
        _ if taken(code, message) => Nature::Taken,
        _ if status == 403 => Nature::Denied,
        _ if status == 429 => Nature::Throttled,
        _ if status >= 500 => Nature::Ambiguous,
        _ => Nature::Refused,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_acm::operation::list_certificates as acm;
    use aws_sdk_applicationautoscaling::operation::describe_scalable_targets as autoscaling;
    use aws_sdk_cloudwatch::operation::get_dashboard as cloudwatch;
    use aws_sdk_cloudwatchlogs::operation::create_log_group as logs;
    use aws_sdk_cognitoidentityprovider::operation::create_user_pool as cognito;
    use aws_sdk_ec2::operation::create_vpc as ec2;
    use aws_sdk_ecr::operation::list_images as ecr;
    use aws_sdk_ecs::operation::list_tasks as ecs;
    use aws_sdk_elasticloadbalancingv2::operation::create_rule as elb;
    use aws_sdk_iam::operation::get_role as iam;
    use aws_sdk_rds::operation::create_db_instance as rds;
    use aws_sdk_resourcegroupstagging::operation::get_resources as tagging;
    use aws_sdk_secretsmanager::operation::get_secret_value as secrets;
    use aws_sdk_ssm::operation::get_parameter as ssm;
    use aws_sdk_sts::operation::get_caller_identity as sts;
    use aws_smithy_runtime_api::client::{orchestrator::Metadata, runtime_plugin::RuntimePlugin};

    use super::*;

    /// The name of an operation in the SDK's own metadata.
    fn metadata(operation: &impl RuntimePlugin) -> String {
        let layer = operation.config().unwrap();
        layer.load::<Metadata>().unwrap().name().to_owned()
    }

    #[test]
    fn an_operation_is_called_as_its_action() {
        macro_rules! names {
            ($($service:literal $sdk:ident $operation:ident $error:ident),* $(,)?) => {
                $(assert_eq!(
                    operation::<$sdk::$error>(),
                    format!("{}:{}", $service, metadata(&$sdk::$operation::new())),
                );)*
            };
        }
        names! {
            "acm" acm ListCertificates ListCertificatesError,
            "application-autoscaling" autoscaling DescribeScalableTargets DescribeScalableTargetsError,
            "cloudwatch" cloudwatch GetDashboard GetDashboardError,
            "logs" logs CreateLogGroup CreateLogGroupError,
            "cognito-idp" cognito CreateUserPool CreateUserPoolError,
            "ec2" ec2 CreateVpc CreateVpcError,
            "ecr" ecr ListImages ListImagesError,
            "ecs" ecs ListTasks ListTasksError,
            "elasticloadbalancing" elb CreateRule CreateRuleError,
            "iam" iam GetRole GetRoleError,
            "rds" rds CreateDBInstance CreateDBInstanceError,
            "tag" tagging GetResources GetResourcesError,
            "secretsmanager" secrets GetSecretValue GetSecretValueError,
            "ssm" ssm GetParameter GetParameterError,
            "sts" sts GetCallerIdentity GetCallerIdentityError,
        }
    }

    #[test]
    fn only_what_is_said_of_the_credentials_themselves_is_about_them() {
        let invalid = "AWS was not able to validate the provided access credentials";
        assert_eq!(nature("AuthFailure", invalid, 401), Nature::Credentials);
        let in_use = "You do not have permission to access the specified resource.";
        assert_eq!(nature("AuthFailure", in_use, 400), Nature::Refused);
        assert_eq!(nature("AuthFailure", in_use, 403), Nature::Refused);
    }

    #[test]
    fn what_is_there_is_told_from_what_is_in_use() {
        for (code, message, nature) in [
            ("InvalidGroup.Duplicate", "", Nature::Taken),
            ("EntityAlreadyExists", "", Nature::Taken),
            ("InvalidSubnet.Conflict", "", Nature::Taken),
            ("InvalidParameterException", "Creation of service was not idempotent.", Nature::Taken),
            ("InvalidParameterException", "no", Nature::Refused),
            ("DeleteConflict", "", Nature::Refused),
            ("Resource.AlreadyAssociated", "", Nature::InUse),
        ] {
            assert_eq!(super::nature(code, message, 400), nature, "{code}");
        }
    }

    #[test]
    fn what_is_denied_is_what_aws_names_and_else_what_was_asked() {
        let told = "User: arn:aws:sts::1:assumed-role/ci/x is not authorized to perform: iam:PassRole \
                    on resource: arn:aws:iam::1:role/task because no policy allows it";
        let role =
            Denied { action: "iam:PassRole".into(), resource: "arn:aws:iam::1:role/task".into() };
        assert_eq!(denied("ecs:RegisterTaskDefinition".into(), told), role);
        let all = Denied { action: "ec2:DescribeVpcs".into(), resource: "*".into() };
        assert_eq!(denied("ec2:DescribeVpcs".into(), "no"), all);
    }
}
