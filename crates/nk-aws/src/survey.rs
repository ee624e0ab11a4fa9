//! What nk asks AWS before it can say what a stack file means.

use aws_sdk_rds::config::Builder;
use aws_smithy_types::retry::RetryConfig;
use nk_engine::{CloudError, CloudResult, Nature};

use crate::{Aws, rim::Refused};

impl Aws {
    /// The versions of an engine's major version that can be created now, in RDS's order.
    ///
    /// Empty for an emulator that does not know the call; nobody else may leave open what the stack
    /// file means.
    ///
    /// # Errors
    ///
    /// When AWS does not say.
    pub async fn engine_versions(&self, engine: &str, major: &str) -> CloudResult<Vec<String>> {
        let patient = self.rds.config().to_builder();
        // Of an emulator's internal error a repetition makes nothing else.
        let once = |patient: Builder| patient.retry_config(RetryConfig::disabled());
        let config = if self.emulated { once(patient) } else { patient };
        let answer = aws_sdk_rds::Client::from_conf(config.build())
            .describe_db_engine_versions()
            .engine(engine)
            .db_parameter_group_family(format!("{engine}{major}"))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .refused("rds:DescribeDBEngineVersions");
        match answer {
            Ok(versions) => {
                let creatable = versions
                    .into_iter()
                    .filter(|version| version.status.as_deref() != Some("deprecated"));
                Ok(creatable.filter_map(|version| version.engine_version).collect())
            }
            Err(error) if self.emulated && is_not_known(&error) => {
                tracing::warn!(%error, "which versions RDS can create is not known");
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether an emulator may have answered so because it does not know the call.
fn is_not_known(error: &CloudError) -> bool {
    !matches!(error.nature, Nature::Unreachable | Nature::Credentials | Nature::Denied)
}
