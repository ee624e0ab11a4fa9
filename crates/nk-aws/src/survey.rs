//! What nk asks AWS before the meaning of a stack file is known.

use aws_sdk_rds::{
    config::Builder,
    operation::describe_db_engine_versions::builders::DescribeDBEngineVersionsFluentBuilder,
    types::DbEngineVersion,
};
use aws_smithy_types::retry::RetryConfig;
use nk_engine::{CloudError, CloudResult, Nature};

use crate::{Aws, sdk_error::SdkResult};

impl Aws {
    /// The versions of an engine's major version that can be created now, in RDS's order.
    ///
    /// Empty for an emulator that does not know the call; no other cloud may leave the meaning of
    /// the stack file open.
    ///
    /// # Errors
    ///
    /// If AWS does not answer.
    pub async fn engine_versions(&self, engine: &str, major: &str) -> CloudResult<Vec<String>> {
        let family = format!("{engine}{major}");
        let call = self.versions_of(engine).db_parameter_group_family(family);
        let versions = self.known_versions(call).await?.into_iter();
        let creatable = versions.filter(|version| version.status.as_deref() != Some("deprecated"));
        Ok(creatable.filter_map(|version| version.engine_version).collect())
    }

    /// The versions to which RDS can upgrade an engine's version. Empty for an emulator that does
    /// not know the call.
    pub(crate) async fn upgrade_targets(
        &self,
        engine: &str,
        version: &str,
    ) -> CloudResult<Vec<String>> {
        let call = self.versions_of(engine).engine_version(version).include_all(true);
        let found = self.known_versions(call).await?.into_iter();
        let targets = found.flat_map(|one| one.valid_upgrade_target.unwrap_or_default());
        Ok(targets.filter_map(|target| target.engine_version).collect())
    }

    fn versions_of(&self, engine: &str) -> DescribeDBEngineVersionsFluentBuilder {
        let patient = self.rds.config().to_builder();
        // Repeating a call does not help against an emulator's internal error.
        let once = |patient: Builder| patient.retry_config(RetryConfig::disabled());
        let config = if self.emulated { once(patient) } else { patient };
        aws_sdk_rds::Client::from_conf(config.build()).describe_db_engine_versions().engine(engine)
    }

    async fn known_versions(
        &self,
        call: DescribeDBEngineVersionsFluentBuilder,
    ) -> CloudResult<Vec<DbEngineVersion>> {
        let found = call.into_paginator().items().send().try_collect().await;
        match found.or_cloud_error() {
            Err(error) if self.emulated && is_not_known(&error) => {
                tracing::warn!(%error, "could not read which versions RDS offers");
                Ok(Vec::new())
            }
            answer => answer,
        }
    }
}

/// Whether an emulator may have answered like this because it does not know the call.
fn is_not_known(error: &CloudError) -> bool {
    !matches!(error.nature, Nature::Unreachable | Nature::Credentials | Nature::Denied)
}
