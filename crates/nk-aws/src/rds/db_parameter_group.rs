//! How RDS creates a DB parameter group.

mod parameters;

use std::collections::BTreeMap;

use aws_sdk_rds::types;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::{
    Tags,
    rds::{DbParameterGroup, DbParameterGroupOutputs},
};
use nk_model::{Address, Change, Changes, Live};

use crate::{Aws, sdk_error::SdkResult, tag_index::TagIndex, tags::sdk_tags};

/// RDS's code for a missing parameter group.
const MISSING: &[&str] = &["DBParameterGroupNotFound"];

type LiveGroup = Live<DbParameterGroup, DbParameterGroupOutputs>;

impl Reconcile<DbParameterGroup> for Aws {
    async fn observe(&self, scope: &Scope<DbParameterGroup>) -> CloudResult<Vec<LiveGroup>> {
        let (groups, index) =
            tokio::try_join!(self.parameter_groups(scope), self.tag_index(scope))?;
        let looks = groups.into_iter().map(|group| self.parameter_group(scope, &index, group));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(
        &self,
        spec: &DbParameterGroup,
        address: &Address,
    ) -> CloudResult<Option<LiveGroup>> {
        let answer = self
            .rds
            .create_db_parameter_group()
            .db_parameter_group_name(&spec.name)
            .db_parameter_group_family(&spec.family)
            .description(&spec.description)
            .set_tags(Some(sdk_tags(&spec.tags)))
            .send()
            .await
            .or_cloud_error()?;
        // A new group has the engine's default settings; the declared ones are an update.
        Ok(answer.db_parameter_group.map(|group| {
            let found = live(address.clone(), group);
            let spec = DbParameterGroup { tags: spec.tags.clone(), ..found.spec };
            Live { spec, ..found }
        }))
    }

    async fn update(
        &self,
        spec: &DbParameterGroup,
        live: &LiveGroup,
        changes: &[Change],
    ) -> CloudResult<Option<LiveGroup>> {
        if changes.touch("parameters") {
            self.set_parameters(&spec.name, &live.spec.parameters, &spec.parameters).await?;
        }
        if changes.touch("tags") {
            self.rds_tag(&live.id, &spec.tags).await?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveGroup) -> CloudResult<Departure> {
        let call = self.rds.delete_db_parameter_group().db_parameter_group_name(&live.spec.name);
        call.send().await.accepting(MISSING)?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// The groups that may belong to the stack, by their names.
    async fn parameter_groups(
        &self,
        scope: &Scope<DbParameterGroup>,
    ) -> CloudResult<Vec<types::DbParameterGroup>> {
        let call = self.rds.describe_db_parameter_groups();
        if scope.address().is_some() {
            let Some((_, spec)) = scope.wanted.first() else { return Ok(Vec::new()) };
            let answer =
                call.db_parameter_group_name(&spec.name).send().await.accepting(MISSING)?;
            return Ok(answer.and_then(|answer| answer.db_parameter_groups).unwrap_or_default());
        }
        let all = call.into_paginator().items().send().try_collect().await.or_cloud_error()?;
        let ours = |name: &str| {
            self.rds_named(name) || scope.wanted.iter().any(|(_, spec)| spec.name == name)
        };
        Ok(all
            .into_iter()
            .filter(|group| group.db_parameter_group_name.as_deref().is_some_and(ours))
            .collect())
    }

    async fn parameter_group(
        &self,
        scope: &Scope<DbParameterGroup>,
        index: &TagIndex,
        group: types::DbParameterGroup,
    ) -> CloudResult<Option<LiveGroup>> {
        let name = group.db_parameter_group_name().unwrap_or_default();
        let wanted = scope.wanted.iter().find(|(_, spec)| spec.name == name);
        let arn = group.db_parameter_group_arn().unwrap_or_default();
        let tags = async {
            match index.confirmed(arn, wanted.map(|(_, spec)| &spec.tags)) {
                Some(tags) => Ok(tags),
                None => self.rds_tags(arn).await,
            }
        };
        let parameters = self.parameters(name, wanted.map(|(_, spec)| &spec.parameters));
        let (tags, parameters) = tokio::try_join!(tags, parameters)?;
        let Some((address, owner)) = self.holder(scope, |spec| spec.name == name, &tags) else {
            return Ok(None);
        };
        let found = live(address, group).owned_by(owner);
        let spec = DbParameterGroup { parameters, tags, ..found.spec };
        Ok(Some(Live { spec, ..found }))
    }
}

/// A group as its description shows it, without parameters and tags.
fn live(address: Address, group: types::DbParameterGroup) -> LiveGroup {
    let name = group.db_parameter_group_name.unwrap_or_default();
    let spec = DbParameterGroup {
        name: name.clone(),
        family: group.db_parameter_group_family.unwrap_or_default(),
        description: group.description.unwrap_or_default(),
        parameters: BTreeMap::new(),
        tags: Tags::default(),
    };
    let id = group.db_parameter_group_arn.unwrap_or_default();
    Live::ready(address, id, spec, DbParameterGroupOutputs { name })
}
