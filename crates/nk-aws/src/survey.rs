//! What nk asks AWS before it can say what a stack file means.

use aws_smithy_types::retry::RetryConfig;
use nk_engine::{CloudResult, Nature};

use crate::{Aws, rim::Refused};

impl Aws {
    /// The versions of an engine's major version that can be created now, in RDS's order.
    ///
    /// Empty where nobody can tell: an emulator that does not know the call, a caller who may not
    /// make it. The create call is the real check.
    ///
    /// # Errors
    ///
    /// When there is nobody to ask, or the credentials are no good.
    pub async fn engine_versions(&self, engine: &str, major: &str) -> CloudResult<Vec<String>> {
        // An emulator answers with an internal error, which the SDK would try eight times.
        let once = self.rds.config().to_builder().retry_config(RetryConfig::disabled()).build();
        let answer = aws_sdk_rds::Client::from_conf(once)
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
            Err(error) if matches!(error.nature, Nature::Unreachable | Nature::Credentials) => {
                Err(error)
            }
            Err(error) => {
                tracing::warn!(%error, "which versions RDS can create is not known");
                Ok(Vec::new())
            }
        }
    }
}
