//! How RDS creates a DB subnet group.

use aws_sdk_rds::types;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::{
    Tags,
    rds::{DbSubnetGroup, DbSubnetGroupOutputs},
};
use nk_model::{Address, Change, Changes, Live, Ref};

use crate::{Aws, sdk_error::SdkResult, tag_index::TagIndex, tags::sdk_tags};

/// RDS's code for a missing subnet group. Unlike its other codes, this one keeps its suffix.
const MISSING: &[&str] = &["DBSubnetGroupNotFoundFault"];

type LiveGroup = Live<DbSubnetGroup, DbSubnetGroupOutputs>;

impl Reconcile<DbSubnetGroup> for Aws {
    async fn observe(&self, scope: &Scope<DbSubnetGroup>) -> CloudResult<Vec<LiveGroup>> {
        let (groups, index) = tokio::try_join!(self.subnet_groups(scope), self.tag_index(scope))?;
        let looks = groups.into_iter().map(|group| self.subnet_group(scope, &index, group));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(
        &self,
        spec: &DbSubnetGroup,
        address: &Address,
    ) -> CloudResult<Option<LiveGroup>> {
        let answer = self
            .rds
            .create_db_subnet_group()
            .db_subnet_group_name(&spec.name)
            .db_subnet_group_description(&spec.description)
            .set_subnet_ids(Some(subnet_ids(spec)))
            .set_tags(Some(sdk_tags(&spec.tags)))
            .send()
            .await
            .or_cloud_error()?;
        Ok(answer.db_subnet_group.map(|group| live(address.clone(), group, spec.tags.clone())))
    }

    async fn update(
        &self,
        spec: &DbSubnetGroup,
        live: &LiveGroup,
        changes: &[Change],
    ) -> CloudResult<Option<LiveGroup>> {
        if changes.touch("subnets") || changes.touch("description") {
            // The call takes the whole list, changed or not.
            self.rds
                .modify_db_subnet_group()
                .db_subnet_group_name(&spec.name)
                .db_subnet_group_description(&spec.description)
                .set_subnet_ids(Some(subnet_ids(spec)))
                .send()
                .await
                .or_cloud_error()?;
        }
        if changes.touch("tags") {
            self.rds_tag(&live.id, &spec.tags).await?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveGroup) -> CloudResult<Departure> {
        let call = self.rds.delete_db_subnet_group().db_subnet_group_name(&live.spec.name);
        let answer = call.send().await.accepting(MISSING)?;
        Ok(answer.map_or(Departure::Gone, |_| Departure::Going))
    }
}

impl Aws {
    /// The group that may belong to the stack, by its name: a stack has one. The list of all is the
    /// account's.
    async fn subnet_groups(
        &self,
        scope: &Scope<DbSubnetGroup>,
    ) -> CloudResult<Vec<types::DbSubnetGroup>> {
        let name = match (scope.address(), scope.wanted.first()) {
            (Some(_), Some((_, spec))) => spec.name.clone(),
            _ => DbSubnetGroup::called(&self.stack),
        };
        let answer = self.rds.describe_db_subnet_groups().db_subnet_group_name(name).send().await;
        let answer = answer.accepting(MISSING)?;
        Ok(answer.and_then(|answer| answer.db_subnet_groups).unwrap_or_default())
    }

    async fn subnet_group(
        &self,
        scope: &Scope<DbSubnetGroup>,
        index: &TagIndex,
        group: types::DbSubnetGroup,
    ) -> CloudResult<Option<LiveGroup>> {
        let name = group.db_subnet_group_name().unwrap_or_default();
        let named = |spec: &DbSubnetGroup| spec.name == name;
        let wanted = scope.wanted.iter().find(|(_, spec)| named(spec));
        let arn = group.db_subnet_group_arn().unwrap_or_default();
        let tags = match index.confirmed(arn, wanted.map(|(_, spec)| &spec.tags)) {
            Some(tags) => tags,
            None => self.rds_tags(arn).await?,
        };
        let place = self.holder(scope, named, &tags);
        Ok(place.map(|(address, owner)| live(address, group, tags).owned_by(owner)))
    }
}

fn subnet_ids(spec: &DbSubnetGroup) -> Vec<String> {
    spec.subnets.iter().map(ToString::to_string).collect()
}

fn live(address: Address, group: types::DbSubnetGroup, tags: Tags) -> LiveGroup {
    let name = group.db_subnet_group_name.unwrap_or_default();
    let subnets = group.subnets.unwrap_or_default().into_iter();
    let spec = DbSubnetGroup {
        name: name.clone(),
        description: group.db_subnet_group_description.unwrap_or_default(),
        subnets: subnets.filter_map(|one| one.subnet_identifier.map(Ref::known)).collect(),
        tags,
    };
    let id = group.db_subnet_group_arn.unwrap_or_default();
    Live::ready(address, id, spec, DbSubnetGroupOutputs { name })
}
