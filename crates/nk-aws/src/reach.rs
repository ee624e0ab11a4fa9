//! Whether anybody is there: the first call of a run is not repeated to nobody.

use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    retries::classifiers::{ClassifyRetry, RetryAction},
};

use crate::rim::unsent;

/// Gives up at once where a request never left, as with no network or a wrong endpoint.
///
/// The SDK would try for most of a minute. In the middle of a run that bridges an outage; before
/// anything has begun it only keeps a person waiting for the answer.
#[derive(Debug)]
pub(crate) struct Reach;

impl ClassifyRetry for Reach {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        match error.and_then(|error| error.as_connector_error()) {
            Some(error) if unsent(error) => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "whether anybody is there"
    }
}
