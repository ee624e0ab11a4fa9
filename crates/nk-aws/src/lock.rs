//! The lock in SSM Parameter Store.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_ssm::{
    primitives::{DateTime, DateTimeFormat},
    types::{ParameterType, Tag},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextRef},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use nk_engine::{Cloud, CloudResult, Entry, LockRecord};

use crate::{Aws, ENTRIES, sdk_error::SdkResult};

/// SSM's code for a missing lock.
const MISSING: &[&str] = &["ParameterNotFound"];

impl Cloud for Aws {
    const ENTRIES: &'static [Entry<Self>] = ENTRIES;

    async fn read_lock(&self) -> CloudResult<Option<LockRecord>> {
        let clock = Clock::default();
        let call = self.ssm.get_parameter().name(self.stack.lock_name());
        let answer = call.customize().interceptor(clock.clone()).send().await.accepting(MISSING)?;
        let Some(parameter) = answer.and_then(|answer| answer.parameter) else { return Ok(None) };
        // A record of unknown age counts as that of a living run.
        let age = clock.time().zip(parameter.last_modified_date);
        let age = age.and_then(|(now, written)| u64::try_from(now.secs() - written.secs()).ok());
        let age = age.map(Duration::from_secs).unwrap_or_default();
        let value = parameter.value.unwrap_or_default();
        Ok(Some(LockRecord { value, version: parameter.version, age }))
    }

    async fn write_lock(&self, value: &str, fresh: bool) -> CloudResult<Option<i64>> {
        // SSM accepts tags only for a new parameter.
        let tag = Tag::builder().key("ManagedBy").value("nk").build();
        let tags = fresh.then(|| vec![tag.expect("a tag has a key and a value")]);
        let call = self
            .ssm
            .put_parameter()
            .name(self.stack.lock_name())
            .r#type(ParameterType::String)
            .value(value)
            .overwrite(!fresh)
            .set_tags(tags)
            .send()
            .await;
        let taken: &[&str] = if fresh { &["ParameterAlreadyExists"] } else { &[] };
        let answer = call.accepting(taken)?;
        Ok(answer.map(|answer| answer.version))
    }

    async fn lock_version(&self, version: i64) -> CloudResult<Option<String>> {
        let call = self.ssm.get_parameter_history().name(self.stack.lock_name());
        let mut pages = call.into_paginator().page_size(50).send();
        while let Some(page) = pages.next().await {
            let Some(page) = page.accepting(MISSING)? else {
                return Ok(None);
            };
            let written = page.parameters.unwrap_or_default();
            if let Some(found) = written.into_iter().find(|written| written.version == version) {
                return Ok(found.value);
            }
        }
        Ok(None)
    }

    async fn remove_lock(&self) -> CloudResult<()> {
        let call = self.ssm.delete_parameter().name(self.stack.lock_name()).send().await;
        call.accepting(MISSING).map(drop)
    }
}

/// The time of AWS's own clock when it answered. This machine's clock may be wrong, and a lock must
/// not be taken from a living run because of that.
#[derive(Debug, Clone, Default)]
struct Clock(Arc<Mutex<Option<DateTime>>>);

impl Clock {
    fn time(&self) -> Option<DateTime> {
        self.0.lock().map_or(None, |time| *time)
    }
}

impl Intercept for Clock {
    fn name(&self) -> &'static str {
        "nk clock"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        if let Ok(mut time) = self.0.lock() {
            *time = date;
        }
        Ok(())
    }
}
