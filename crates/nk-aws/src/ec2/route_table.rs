//! How EC2 creates a route table.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_ec2::types::{
    self, ResourceType, RouteTableAssociation, RouteTableAssociationStateCode,
};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{RouteTable, RouteTableOutputs};
use nk_model::{Address, Change, Changes, Live, Ref};

use super::{filter, route, sought, tagged};
use crate::{Aws, sdk_error::SdkResult};

/// EC2's codes for an association that is missing, or was replaced by another.
const UNASSOCIATED: &str = "InvalidAssociationID.NotFound";

type LiveTable = Live<RouteTable, RouteTableOutputs>;

impl Reconcile<RouteTable> for Aws {
    async fn observe(&self, scope: &Scope<RouteTable>) -> CloudResult<Vec<LiveTable>> {
        let tables = self.tables(self.ec2_filter(scope, "route-table-id")).await?;
        sought(scope, tables.into_iter().map(|table| self.route_table(table)))
    }

    async fn create(&self, spec: &RouteTable, _: &Address) -> CloudResult<Option<LiveTable>> {
        // The SDK fills in the token, so its own second attempt creates no second table.
        let answer = self
            .ec2
            .create_route_table()
            .vpc_id(spec.vpc.as_str())
            .tag_specifications(tagged(ResourceType::RouteTable, &spec.tags))
            .send()
            .await
            .or_cloud_error()?;
        answer.route_table.map_or(Ok(None), |table| self.route_table(table))
    }

    async fn update(
        &self,
        spec: &RouteTable,
        live: &LiveTable,
        changes: &[Change],
    ) -> CloudResult<Option<LiveTable>> {
        let there: BTreeSet<_> = live.spec.routes.iter().map(|route| route.destination).collect();
        let wanted: BTreeSet<_> = spec.routes.iter().map(|route| route.destination).collect();
        // A subnet that is added finds its routes, and no route is removed before its successor
        // exists.
        let new = spec.routes.difference(&live.spec.routes);
        let leads = new.map(|new| self.lead(&live.id, new, there.contains(&new.destination)));
        let mut proven = try_join_all(leads).await?.into_iter().all(|made| made);
        if changes.touch("subnets") {
            proven &= self.associate(spec, live).await?;
        }
        let gone = there.difference(&wanted);
        try_join_all(gone.map(|gone| self.unlead(&live.id, *gone))).await?;
        if changes.touch("tags") {
            self.ec2_tag(&live.id, &spec.tags).await?;
        }
        let vacant = spec.subnets.is_empty() && live.vacant;
        Ok(proven.then(|| Live { spec: spec.clone(), vacant, ..live.clone() }))
    }

    async fn destroy(&self, live: &LiveTable) -> CloudResult<Departure> {
        let tables = self.tables(filter("route-table-id", [&live.id])).await?;
        // Only what is seen to belong to this table is removed, whatever the filter returned.
        let mine = |table: &types::RouteTable| table.route_table_id.as_ref() == Some(&live.id);
        let associations = tables.into_iter().filter(mine).flat_map(associations);
        let ids = associations.filter_map(|each| each.route_table_association_id);
        try_join_all(ids.map(|id| self.disassociate(id))).await?;
        let call = self.ec2.delete_route_table().route_table_id(&live.id).send().await;
        call.accepting(&["InvalidRouteTableID.NotFound"])?;
        Ok(Departure::Gone)
    }
}

/// The table's associations with subnets, without those that have ended.
fn associations(table: types::RouteTable) -> impl Iterator<Item = RouteTableAssociation> {
    use RouteTableAssociationStateCode::{Disassociated, Disassociating, Failed};
    table.associations.unwrap_or_default().into_iter().filter(|each| {
        let state = each.association_state.as_ref().and_then(|state| state.state.as_ref());
        let over = matches!(state, Some(Disassociated | Disassociating | Failed));
        each.subnet_id.is_some() && !over
    })
}

impl Aws {
    pub(super) async fn tables(
        &self,
        filter: types::Filter,
    ) -> CloudResult<Vec<types::RouteTable>> {
        let pages = self.ec2.describe_route_tables().filters(filter).into_paginator();
        pages.items().send().try_collect().await.or_cloud_error()
    }

    fn route_table(&self, mut table: types::RouteTable) -> CloudResult<Option<LiveTable>> {
        let owned = self.ec2_owned(table.tags.take());
        let (Some((address, tags)), Some(id)) = (owned, table.route_table_id.take()) else {
            return Ok(None);
        };
        let routes = table.routes.take().unwrap_or_default().into_iter();
        let vpc = Ref::known(table.vpc_id.take().unwrap_or_default());
        // A table that somebody made the main one of the VPC serves every subnet without a table of
        // its own.
        let vacant = table.associations().is_empty();
        let spec = RouteTable {
            vpc,
            routes: routes
                .filter_map(|each| route::made(each).transpose())
                .collect::<Result<_, _>>()?,
            subnets: associations(table)
                .filter_map(|each| each.subnet_id)
                .map(Ref::known)
                .collect(),
            tags,
        };
        let outputs = RouteTableOutputs { id: id.clone() };
        Ok(Some(Live { vacant, ..Live::ready(address, id, spec, outputs) }))
    }

    /// Associates the desired subnets with the table, and removes the others.
    ///
    /// A subnet has one table. One that comes from another table moves in one call, so that it
    /// always has routes. False if a look must show whether it was done.
    async fn associate(&self, spec: &RouteTable, live: &LiveTable) -> CloudResult<bool> {
        let tables = self.tables(filter("vpc-id", [spec.vpc.as_str()])).await?;
        let held: HashMap<_, _> = tables
            .into_iter()
            .flat_map(associations)
            .filter_map(|each| {
                let ours = each.route_table_id.as_deref() == Some(live.id.as_str());
                Some((each.subnet_id?, (each.route_table_association_id?, ours)))
            })
            .collect();
        let comes = spec.subnets.iter().map(|subnet| async {
            match held.get(subnet.as_str()) {
                Some((_, true)) => Ok(true),
                Some((other, false)) => {
                    let call = self.ec2.replace_route_table_association().association_id(other);
                    let call = call.route_table_id(&live.id).send().await;
                    match call.accepting(&[UNASSOCIATED])? {
                        Some(_) => Ok(true),
                        // The other table, which is changed at the same time, has already released
                        // it.
                        None => self.associate_free(&live.id, subnet.as_str()).await,
                    }
                }
                None => self.associate_free(&live.id, subnet.as_str()).await,
            }
        });
        let came: Vec<bool> = try_join_all(comes).await?;
        let wanted = |subnet: &str| spec.subnets.iter().any(|each| each.as_str() == subnet);
        let goes = held.iter().filter(|(subnet, (_, ours))| *ours && !wanted(subnet));
        try_join_all(goes.map(|(_, (id, _))| self.disassociate(id.clone()))).await?;
        Ok(came.into_iter().all(|done| done))
    }

    /// Associates a subnet without a table. False if it has one by now.
    async fn associate_free(&self, table: &str, subnet: &str) -> CloudResult<bool> {
        let call = self.ec2.associate_route_table().route_table_id(table).subnet_id(subnet);
        // Something else was faster; the next look shows what.
        let other = &["Resource.AlreadyAssociated"];
        let answer = call.send().await.accepting(other)?;
        Ok(answer.is_some())
    }

    async fn disassociate(&self, id: String) -> CloudResult<()> {
        let call = self.ec2.disassociate_route_table().association_id(id).send().await;
        call.accepting(&[UNASSOCIATED]).map(drop)
    }
}
