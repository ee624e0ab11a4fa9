//! What is sent again, how often, and how much goes out at once.
//!
//! The SDK sends again what was throttled, failed at AWS, or went unanswered: here and nowhere
//! else. The engine above looks instead, and never repeats a call that was repeated here. It is the
//! SDK's adaptive mode, with a rate for each operation ([`Rates`](crate::rate::Rates)). All clients of
//! a run share one budget of repetitions ([`budget`]) and one window of requests under way
//! ([`Window`](crate::window::Window)).

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

/// How often a request is sent at most. With two in five that go wrong one in a million fails.
const ATTEMPTS: u32 = 16;
/// The first pause before a repetition; each is twice the one before, of which a random part is
/// taken.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause. All of them together bridge an outage of a minute.
const LONGEST: Duration = Duration::from_secs(10);

/// How many repetitions a run has to spend at once, and by how many more a second it grows.
const REPETITIONS: usize = 200;
const REPETITIONS_A_SECOND: f32 = 2.0;
/// What a repetition costs in the SDK's own currency.
const COST: u32 = 5;
/// What repeating a request costs whose answer made no sense: the budget has three of these, so that
/// whoever talks to something that is not AWS is told so at once.
const NONSENSE: u32 = 300;

/// How often, and with which pauses: by the SDK's newer rules, under which a limiter takes a repetition
/// for one request more. By the older ones it takes it for ten, and at its lowest rate makes each
/// wait for ten seconds.
///
/// See `RetrySpec` in <https://docs.rs/aws-smithy-types/latest/aws_smithy_types/retry/>.
pub(crate) fn policy() -> RetryConfig {
    RetryConfig::adaptive()
        .with_retry_spec(RetrySpec::v2_1().with_non_throttling_initial_backoff(PAUSE))
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(PAUSE)
        .with_max_backoff(LONGEST)
}

/// How long one attempt may take. What waits for its place in the window is not on its way yet, so
/// it is the connection that counts the seconds until AWS answers.
pub(crate) fn patience() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(30))
        .build()
}

/// The same for the first call of a run at AWS, repetitions and finding the credentials included: a person
/// waits for no more than ten seconds to be told that there is nobody.
pub(crate) fn haste() -> TimeoutConfig {
    patience().to_builder().operation_timeout(Duration::from_secs(8)).build()
}

/// A token by which AWS knows the SDK's own second try for the same request; a new one each time.
pub(crate) fn token() -> String {
    let random = || getrandom::u64().expect("the operating system has random numbers");
    format!("{:016x}{:016x}", random(), random())
}

/// The budget that all clients of one run spend from. A request that succeeds in the end gives back
/// what its last repetition has cost.
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

/// How the services that speak JSON say that a quota is used up. The SDK takes it for throttling, as
/// it is at `DynamoDB`; of the services here none means that, and no pause makes room.
///
/// See <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>,
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html>
/// and <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>.
const QUOTA: &str = "LimitExceededException";

/// What every client decides by, after the SDK's own classifiers: tells the window how it went, does
/// not repeat what a quota stands against, and makes nonsense dear.
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

/// Whether the answer's code is [`QUOTA`], as JSON has it: after the service's name, if that is said.
fn is_quota(context: &InterceptorContext) -> bool {
    let body = context.response().and_then(|response| response.body().bytes());
    let answer = body.and_then(|body| serde_json::from_slice::<serde_json::Value>(body).ok());
    let code = answer.as_ref().and_then(|answer| answer.get("__type")?.as_str());
    code.and_then(|code| code.rsplit('#').next()) == Some(QUOTA)
}

/// For a call that must not be done twice: it is sent again only where AWS has surely not done it,
/// because it never left or because there was too much to do.
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

/// For the first call of a run: gives up at once where a request never left, as with no network or
/// a wrong endpoint.
///
/// In the middle of a run a repetition bridges an outage; before anything has begun it only keeps a
/// person waiting for the answer.
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

/// The configuration for one call of the named SDK crate whose repetition would make a second
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

    /// What becomes of an answer with this code that the SDK takes for throttling, and how much goes
    /// out at once afterwards.
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
