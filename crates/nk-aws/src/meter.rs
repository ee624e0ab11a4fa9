//! Counts and records every call, and reports it to a listener.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef},
        },
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use nk_engine::{CallListener, current_step};
use nk_model::Call;
use tracing::{Span, field};

/// The calls of all clients of one run.
#[derive(Clone, Default)]
pub struct Meter(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    /// The number of requests sent.
    sent: usize,
    /// Calls that ended before there was a listener, with their beginnings.
    ended: Vec<(Instant, Call)>,
    listener: Option<(Instant, CallListener)>,
}

#[derive(Debug)]
struct Began(Instant, Span);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Meter({})", self.count())
    }
}

impl Meter {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().expect("nothing panics while it holds this lock")
    }

    /// The number of requests sent, including the SDK's own retries.
    pub fn count(&self) -> usize {
        self.heard().sent
    }

    /// Reports every request that has ended or will end, with its time since `zero`.
    pub fn listen(&self, zero: Instant, listener: CallListener) {
        let mut heard = self.heard();
        for (began, call) in heard.ended.drain(..) {
            listener(since(zero, began, call));
        }
        heard.listener = Some((zero, listener));
    }

    fn end(&self, began: Instant, call: Call) {
        let mut heard = self.heard();
        match &heard.listener {
            Some((zero, listener)) => listener(since(*zero, began, call)),
            None => heard.ended.push((began, call)),
        }
    }
}

fn since(zero: Instant, began: Instant, call: Call) -> Call {
    Call { at: began.saturating_duration_since(zero), ..call }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "nk meter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.heard().sent += 1;
        let metadata = bag.load::<Metadata>();
        let span = tracing::debug_span!(
            target: "nk::aws",
            "call",
            service = metadata.map(Metadata::service),
            operation = metadata.map(Metadata::name),
            status = field::Empty,
            milliseconds = field::Empty,
            request_id = field::Empty,
        );
        bag.interceptor_state().store_put(Began(Instant::now(), span));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(metadata) = bag.load::<Metadata>() else { return Ok(()) };
        // An attempt that sent nothing does not count.
        let Some(Began(began, span)) = bag.load::<Began>() else { return Ok(()) };
        let began = *began;
        let took = began.elapsed();
        let response = context.response();
        let header = |name| response.and_then(|response| response.headers().get(name));
        let status = response.map_or(0, |response| response.status().as_u16());
        let request_id = header("x-amzn-requestid").or_else(|| header("x-amz-request-id"));
        span.record("status", status);
        span.record("milliseconds", u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        span.record("request_id", request_id);
        span.in_scope(|| tracing::debug!(target: "nk::aws", "answered"));
        let call = Call {
            step: current_step(),
            operation: format!("{}:{}", metadata.service(), metadata.name()),
            at: Duration::ZERO,
            took,
            status,
            request_id: request_id.map(ToOwned::to_owned),
        };
        self.end(began, call);
        bag.interceptor_state().unset::<Began>();
        Ok(())
    }
}
