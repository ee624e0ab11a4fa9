//! Foreign security groups with one of the stack's names in a VPC of the stack, with which EC2
//! would refuse to create another.

use nk_engine::{CloudResult, Reach, Scope};
use nk_kinds::ec2::SecurityGroup;
use nk_model::Address;

use super::{LiveGroup, filter, security_group::group_at};
use crate::{Aws, sdk_error::SdkResult, tags::managed};

impl Aws {
    /// Foreign groups by the names of the desired groups that were not found. Nothing is asked if
    /// nothing is to be created in an existing VPC.
    pub(super) async fn namesakes(
        &self,
        scope: &Scope<SecurityGroup>,
        found: &[LiveGroup],
    ) -> CloudResult<Vec<LiveGroup>> {
        let there = |address: &Address| found.iter().any(|live| live.address == *address);
        let missing = scope.wanted.iter().filter(|(address, _)| !there(address));
        let names: Vec<_> = missing.map(|(_, spec)| spec.name.as_str()).collect();
        if scope.reach != Reach::Stack || names.is_empty() {
            return Ok(Vec::new());
        }
        let vpcs = self.vpcs(&scope.pass).await?;
        let vpcs: Vec<_> = vpcs.iter().filter_map(|vpc| vpc.vpc_id.clone()).collect();
        if vpcs.is_empty() {
            return Ok(Vec::new());
        }
        let call = self.ec2.describe_security_groups().filters(filter("vpc-id", vpcs));
        let pages = call.filters(filter("group-name", names)).into_paginator().items().send();
        let groups = pages.try_collect().await.or_cloud_error()?;
        let foreign = groups.into_iter().filter_map(|group| {
            let tags = managed(group.tags.clone());
            // It was looked for by its tags already.
            if tags.address(&self.stack).is_some() {
                return None;
            }
            let name = group.group_name().unwrap_or_default();
            let (address, owner) =
                self.holder(scope, |spec| spec.name.eq_ignore_ascii_case(name), &tags)?;
            Some(group_at(address, tags, group)?.owned_by(owner))
        });
        Ok(foreign.collect())
    }
}
