//! Counting and tracing every call.

use std::{
    sync::{Arc, Mutex},
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

/// One call as it went over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The service and the operation, as in `EC2:CreateVpc`.
    pub operation: String,
}

/// What all clients of one run have called.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    calls: Arc<Mutex<Vec<Call>>>,
}

#[derive(Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Meter {
    /// How many requests went out, the SDK's own retries included.
    pub fn count(&self) -> usize {
        self.calls.lock().map_or(0, |calls| calls.len())
    }

    /// The requests that went out, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().map_or_else(|_| Vec::new(), |calls| calls.clone())
    }
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
        if let Some(metadata) = bag.load::<Metadata>() {
            let operation = format!("{}:{}", metadata.service(), metadata.name());
            if let Ok(mut calls) = self.calls.lock() {
                calls.push(Call { operation });
            }
        }
        bag.interceptor_state().store_put(Began(Instant::now()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(metadata) = bag.load::<Metadata>() else { return Ok(()) };
        let took = bag.load::<Began>().map_or(Duration::ZERO, |began| began.0.elapsed());
        let response = context.response();
        let header = |name| response.and_then(|response| response.headers().get(name));
        tracing::debug!(
            target: "nk::aws",
            service = metadata.service(),
            operation = metadata.name(),
            status = response.map_or(0, |response| response.status().as_u16()),
            milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            request_id = header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
            "called"
        );
        Ok(())
    }
}
