//! The parameters in a DB parameter group.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_rds::types::{ApplyMethod, Parameter};
use nk_engine::CloudResult;

use super::MISSING;
use crate::{Aws, sdk_error::SdkResult};

/// The maximum number of parameters in one call.
const CHUNK: usize = 20;

impl Aws {
    /// The parameters of a group that somebody has set, and the declared ones.
    ///
    /// A parameter that was set to the engine's default does not count as set by the user, so
    /// declared parameters that are missing there are looked up among all.
    pub(super) async fn parameters(
        &self,
        group: &str,
        declared: Option<&BTreeMap<String, String>>,
    ) -> CloudResult<BTreeMap<String, String>> {
        let value = |one: Parameter| Some((one.parameter_name?, one.parameter_value?));
        let mut set: BTreeMap<_, _> =
            self.parameter_list(group, Some("user")).await?.into_iter().filter_map(value).collect();
        let missing = |set: &BTreeMap<String, String>, name: &str| {
            !set.contains_key(name) && declared.is_some_and(|all| all.contains_key(name))
        };
        if declared.into_iter().flatten().any(|(name, _)| missing(&set, name)) {
            for (name, value) in
                self.parameter_list(group, None).await?.into_iter().filter_map(value)
            {
                if missing(&set, &name) {
                    set.insert(name, value);
                }
            }
        }
        Ok(set)
    }

    /// Sets the desired parameters, and resets those that are no longer desired.
    pub(super) async fn set_parameters(
        &self,
        group: &str,
        live: &BTreeMap<String, String>,
        wanted: &BTreeMap<String, String>,
    ) -> CloudResult<()> {
        let all = self.parameter_list(group, None).await?;
        let types: HashMap<_, _> = all
            .iter()
            .filter_map(|one| Some((one.parameter_name()?, one.apply_type().unwrap_or_default())))
            .collect();
        let parameter = |name: &String, value: Option<&String>| {
            // RDS accepts `immediate` only for dynamic parameters, and the other method for all.
            let method = match types.get(name.as_str()) {
                Some(&"dynamic") => ApplyMethod::Immediate,
                _ => ApplyMethod::PendingReboot,
            };
            let parameter = Parameter::builder().parameter_name(name).apply_method(method);
            parameter.set_parameter_value(value.cloned()).build()
        };
        let changed: Vec<_> = wanted
            .iter()
            .filter(|(name, value)| live.get(*name) != Some(*value))
            .map(|(name, value)| parameter(name, Some(value)))
            .collect();
        for chunk in changed.chunks(CHUNK) {
            let call = self.rds.modify_db_parameter_group().db_parameter_group_name(group);
            call.set_parameters(Some(chunk.to_vec())).send().await.or_cloud_error()?;
        }
        let dropped: Vec<_> = live
            .keys()
            .filter(|name| !wanted.contains_key(*name))
            .map(|name| parameter(name, None))
            .collect();
        for chunk in dropped.chunks(CHUNK) {
            let call = self.rds.reset_db_parameter_group().db_parameter_group_name(group);
            let call = call.reset_all_parameters(false).set_parameters(Some(chunk.to_vec()));
            call.send().await.or_cloud_error()?;
        }
        Ok(())
    }

    async fn parameter_list(
        &self,
        group: &str,
        source: Option<&str>,
    ) -> CloudResult<Vec<Parameter>> {
        let call = self.rds.describe_db_parameters().db_parameter_group_name(group);
        let call = call.set_source(source.map(str::to_owned)).into_paginator().items().send();
        let answer = call.try_collect().await.accepting(MISSING)?;
        Ok(answer.unwrap_or_default())
    }
}
