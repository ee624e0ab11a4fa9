//! Which requests are repeated, how often, and how many are in progress at a time.
//!
//! The SDK repeats requests that were throttled, failed at AWS, or were not answered: here and
//! nowhere else. The engine above looks instead, and never repeats a call that was repeated here.
//! This is the SDK's adaptive mode, with a rate for each operation ([`Rates`](crate::rate::Rates)).
//! All clients of a run share one budget of retries ([`budget`]) and one window of requests in
//! progress ([`Window`](crate::window::Window)).

use std::time::Duration;

use aws_config::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_runtime::client::retries::TokenBucket;
use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    result::ConnectorError,
    retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason},
};
use aws_smithy_types::retry::{ErrorKind, RetrySpec};

use crate::{sdk_error::unsent, window::Window};

/// How many times a request is sent at most. If two in five fail, one in a million fails for good.
const ATTEMPTS: u32 = 16;
/// The first pause before a retry. Each is twice the previous one, of which a random part is used.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause. All pauses together bridge an outage of a minute.
const LONGEST: Duration = Duration::from_secs(10);

/// How many retries a run can make at once, and by how many more a second the number grows.
const REPETITIONS: usize = 200;
const REPETITIONS_A_SECOND: f32 = 2.0;
/// The cost of a retry in the SDK's units.
const COST: u32 = 5;
/// The cost of repeating a request whose answer could not be read. The budget has room for three,
/// so that somebody who talks to something other than AWS is told so at once.
const NONSENSE: u32 = 300;

/// How often, and with which pauses: by the SDK's newer rules, in which a limiter counts a retry as
/// one more request. By the older rules it counts as ten, and at the lowest rate each waits for ten
/// seconds.
///
/// See `RetrySpec` in <https://docs.rs/aws-smithy-types/latest/aws_smithy_types/retry/>.
pub(crate) fn policy() -> RetryConfig {
    RetryConfig::adaptive()
        .with_retry_spec(RetrySpec::v2_1().with_non_throttling_initial_backoff(PAUSE))
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(PAUSE)
        .with_max_backoff(LONGEST)
}

/// How long one attempt may take. A request that waits for a permit is not in transit yet, so the
/// connection measures the time until AWS answers.
pub(crate) fn patience() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(30))
        .build()
}

/// The same for the first call of a run on AWS, including retries and finding the credentials: a
/// person waits at most ten seconds to be told that AWS cannot be reached.
pub(crate) fn haste() -> TimeoutConfig {
    patience().to_builder().operation_timeout(Duration::from_secs(8)).build()
}

/// A token by which AWS recognises the SDK's own second attempt of a request; a new one each time.
pub(crate) fn token() -> String {
    let random = || getrandom::u64().expect("the operating system has random numbers");
    format!("{:016x}{:016x}", random(), random())
}

/// The budget of all clients of one run. A request that succeeds in the end returns the cost of its
/// last retry.
///
/// See <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.
pub(crate) fn budget() -> TokenBucket {
    TokenBucket::builder()
        .capacity(REPETITIONS * COST as usize)
        .refill_rate(REPETITIONS_A_SECOND * f32::from(u8::try_from(COST).unwrap_or(u8::MAX)))
        .throttling_retry_cost(COST)
        .timeout_retry_cost(COST)
        .retry_cost(NONSENSE)
        .build()
}

/// The code of the JSON services for an exhausted quota. The SDK treats it as throttling, as it is
/// for `DynamoDB`; none of the services here means that, and no pause helps.
///
/// See <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>,
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html>
/// and <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>.
const QUOTA: &str = "LimitExceededException";

/// What every client decides by, after the SDK's own classifiers: it informs the window, does not
/// repeat a request that a quota forbids, and makes unreadable answers expensive.
#[derive(Debug, Clone)]
pub(crate) struct Judgement(pub(crate) Window);

impl ClassifyRetry for Judgement {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(
        &self,
        context: &InterceptorContext,
        previous: &RetryAction,
    ) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let quota = throttled(previous) && is_quota(context);
        if throttled(previous) && !quota {
            self.0.narrow();
        } else if context.response().is_some() {
            self.0.widen();
        }
        if quota {
            return RetryAction::RetryForbidden;
        }
        let RetryAction::RetryIndicated(_) = previous else { return previous.clone() };
        match error {
            Some(error) if error.is_response_error() => RetryAction::server_error(),
            _ if throttled(previous) => previous.clone(),
            _ => RetryAction::transient_error(),
        }
    }

    fn name(&self) -> &'static str {
        "how it went"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

fn throttled(action: &RetryAction) -> bool {
    let RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) = action else {
        return false;
    };
    *kind == ErrorKind::ThrottlingError
}

/// Whether the code of the answer is [`QUOTA`], in the form of JSON services: after the name of the
/// service, if that is given.
fn is_quota(context: &InterceptorContext) -> bool {
    let body = context.response().and_then(|response| response.body().bytes());
    let answer = body.and_then(|body| serde_json::from_slice::<serde_json::Value>(body).ok());
    let code = answer.as_ref().and_then(|answer| answer.get("__type")?.as_str());
    code.and_then(|code| code.rsplit('#').next()) == Some(QUOTA)
}

/// For a call that must not be carried out twice: it is repeated only if AWS has certainly not
/// carried it out, because it was never sent or was throttled.
#[derive(Debug)]
pub(crate) struct Once;

impl ClassifyRetry for Once {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        if connector(context).is_some_and(unsent) {
            RetryAction::NoActionIndicated
        } else {
            RetryAction::RetryForbidden
        }
    }

    fn classify_retry_v2(
        &self,
        context: &InterceptorContext,
        previous: &RetryAction,
    ) -> RetryAction {
        if throttled(previous) { previous.clone() } else { self.classify_retry(context) }
    }

    fn name(&self) -> &'static str {
        "only what was surely not done"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(Judgement(Window::default()).priority())
    }
}

/// For the first call of a run: gives up at once if a request was never sent, for example without a
/// network or with a wrong endpoint.
///
/// In the middle of a run, a retry bridges an outage. Before anything has begun, it only makes a
/// person wait.
#[derive(Debug)]
pub(crate) struct Reach;

impl ClassifyRetry for Reach {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        if connector(context).is_some_and(unsent) {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "whether anybody is there"
    }
}

fn connector(context: &InterceptorContext) -> Option<&ConnectorError> {
    context.output_or_error().and_then(Result::err)?.as_connector_error()
}

/// The configuration for one call of the named SDK crate whose repetition could create a second
/// resource.
macro_rules! once {
    ($sdk:ident) => {
        $sdk::config::Builder::default().retry_classifier($crate::retry::Once)
    };
}
pub(crate) use once;

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::{
        interceptors::context::Input, orchestrator::HttpResponse,
    };
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// What happens to an answer with this code that the SDK treats as throttling, and how many
    /// requests may be in progress afterwards.
    fn judged(code: &str) -> (RetryAction, f64) {
        let mut context = InterceptorContext::new(Input::erase(()));
        let body = serde_json::json!({"__type": code, "message": "too many"}).to_string();
        context.set_response(HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body)));
        let window = Window::default();
        let judgement = Judgement(window.clone());
        let action = judgement.classify_retry_v2(&context, &RetryAction::throttling_error());
        (action, window.width())
    }

    #[test]
    fn what_is_throttled_is_sent_again_among_fewer() {
        let widest = Window::default().width();
        let (action, width) = judged("ThrottlingException");
        assert_eq!(action, RetryAction::throttling_error());
        assert!(width < widest, "{width}");
    }

    #[test]
    fn a_quota_that_is_used_up_is_not_asked_again() {
        let widest = Window::default().width();
        for code in [QUOTA, "com.amazonaws.ecr#LimitExceededException"] {
            assert_eq!(judged(code), (RetryAction::RetryForbidden, widest));
        }
    }
}
