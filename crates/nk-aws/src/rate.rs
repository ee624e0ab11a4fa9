//! How fast each operation is called: as fast as AWS accepts it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime::client::retries::{ClientRateLimiter, RetryPartition, TokenBucket};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeSerializationInterceptorContextRef},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

/// The assumed rate of an operation, in calls a second, when it is throttled for the first time:
/// the rate at which AWS refills the buckets of most operations that change something.
///
/// See <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>.
const FIRST: f64 = 5.0;
/// The weight of the earlier rate when the SDK measures again. A limiter's first measurement is of
/// a single call since 1970, so nothing else counts.
const KEPT: f64 = 0.2;

/// The rate limiters of the SDK's adaptive mode, one for each operation, like AWS's buckets: with
/// one for a whole service, a throttled create would delay every look as well. All of them share
/// the budget of retries.
///
/// A limiter does nothing before the first throttled answer. From then on it allows a part of the
/// previous rate, and more with every answer that was not throttled.
#[derive(Debug, Clone)]
pub(crate) struct Rates {
    budget: TokenBucket,
    partitions: Arc<Mutex<HashMap<String, RetryPartition>>>,
}

impl Rates {
    /// All limiters, with this budget.
    pub(crate) fn new(budget: TokenBucket) -> Self {
        Self { budget, partitions: Arc::default() }
    }

    fn of(&self, operation: String) -> RetryPartition {
        let mut partitions = self.partitions.lock().expect("nothing panics while it is held");
        let partition = partitions.entry(operation.clone());
        partition.or_insert_with(|| self.partition(operation)).clone()
    }

    fn partition(&self, operation: String) -> RetryPartition {
        let limiter = ClientRateLimiter::builder()
            .tokens_retrieved_per_second(FIRST / KEPT)
            .current_bucket_capacity(FIRST);
        RetryPartition::custom(operation)
            .token_bucket(self.budget.clone())
            .client_rate_limiter(limiter.build())
            .build()
    }
}

impl Intercept for Rates {
    fn name(&self) -> &'static str {
        "nk rates"
    }

    // Before the execution, the operation is not known yet.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let metadata = bag.load::<Metadata>().ok_or("a call of no operation")?;
        let partition = self.of(format!("{}:{}", metadata.service(), metadata.name()));
        bag.interceptor_state().store_put(partition);
        Ok(())
    }
}
