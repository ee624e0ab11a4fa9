//! How CloudWatch makes a dashboard.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::DashboardValidationMessage;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Document, Tags,
    cloudwatch::{Dashboard, DashboardOutputs},
};
use nk_model::{Address, Change, Changes, Live, Owner};

use super::{MISSING, sdk_tags};
use crate::{Aws, rim::Refused};

type LiveDashboard = Live<Dashboard, DashboardOutputs>;

impl Reconcile<Dashboard> for Aws {
    async fn observe(&self, scope: &Scope<Dashboard>) -> CloudResult<Vec<LiveDashboard>> {
        let mut names: BTreeSet<_> =
            scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        if scope.reach == Reach::Stack {
            names.extend(self.dashboard_names().await?);
        }
        let calls = names.iter().map(|name| self.dashboard(scope, name));
        Ok(try_join_all(calls).await?.into_iter().flatten().collect())
    }

    async fn create(&self, spec: &Dashboard, _: &Address) -> CloudResult<Option<LiveDashboard>> {
        self.put_dashboard(spec, Some(&spec.tags)).await?;
        Ok(None)
    }

    async fn update(
        &self,
        spec: &Dashboard,
        live: &LiveDashboard,
        changes: &[Change],
    ) -> CloudResult<Option<LiveDashboard>> {
        if changes.touch("body") {
            self.put_dashboard(spec, None).await?;
        }
        if changes.touch("tags") {
            self.cloudwatch_tag(&live.outputs.arn, &spec.tags).await?;
        }
        Ok(None)
    }

    async fn destroy(&self, live: &LiveDashboard) -> CloudResult<Departure> {
        let call = self.cloudwatch.delete_dashboards().dashboard_names(&live.id).send().await;
        call.unless_missing("cloudwatch:DeleteDashboards", MISSING)?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// The names of the dashboards that have this stack's names.
    async fn dashboard_names(&self) -> CloudResult<Vec<String>> {
        let call = self.cloudwatch.list_dashboards().dashboard_name_prefix(self.stack.prefix());
        let found = call.into_paginator().items().send().try_collect().await;
        let found = found.refused("cloudwatch:ListDashboards")?;
        let names = found.into_iter().filter_map(|entry| entry.dashboard_name);
        Ok(names.filter(|name| self.named_by_stack(name)).collect())
    }

    /// The dashboard of this name; none where it is not there or is no business of the look's.
    async fn dashboard(
        &self,
        scope: &Scope<Dashboard>,
        name: &str,
    ) -> CloudResult<Option<LiveDashboard>> {
        let call = self.cloudwatch.get_dashboard().dashboard_name(name).send().await;
        let Some(found) = call.unless_missing("cloudwatch:GetDashboard", MISSING)? else {
            return Ok(None);
        };
        let (Some(arn), Some(text)) = (found.dashboard_arn, found.dashboard_body) else {
            return Ok(None);
        };
        let tags = self.cloudwatch_tags(&arn).await?;
        let Some((address, owner, tags)) = self.dashboard_holder(scope, name, tags) else {
            return Ok(None);
        };
        // CloudWatch stores no other, but what is not JSON only differs from what is wanted.
        let body = Document::parse(&text).unwrap_or_else(|_| Document::new(text.into()));
        let spec = Dashboard { name: name.to_owned(), body, tags };
        Ok(Some(Live::ready(address, name, spec, DashboardOutputs { arn }).owned_by(owner)))
    }

    /// Whose a dashboard is. Where CloudWatch says that it knows no tags of dashboards, as it did
    /// for years and does not everywhere yet, the name of a wanted one is all there is to go by.
    fn dashboard_holder(
        &self,
        scope: &Scope<Dashboard>,
        name: &str,
        tags: Option<Tags>,
    ) -> Option<(Address, Owner, Tags)> {
        let wanted = |spec: &Dashboard| spec.name == name;
        if let Some(tags) = tags {
            let (address, owner) = self.holder(scope, wanted, &tags)?;
            return Some((address, owner, tags));
        }
        let (address, spec) = scope.wanted.iter().find(|(_, spec)| wanted(spec))?;
        Some((address.clone(), Owner::Ours, spec.tags.clone()))
    }

    /// Makes the dashboard, or replaces its body. Tags count only while it is new.
    async fn put_dashboard(&self, spec: &Dashboard, tags: Option<&Tags>) -> CloudResult<()> {
        let call = self
            .cloudwatch
            .put_dashboard()
            .dashboard_name(&spec.name)
            .dashboard_body(spec.body.to_string())
            .set_tags(tags.map(sdk_tags));
        let answer = call.send().await.refused("cloudwatch:PutDashboard")?;
        // CloudWatch takes a body that it will not draw as a whole, and says so.
        for each in answer.dashboard_validation_messages() {
            let DashboardValidationMessage { data_path, message, .. } = each;
            tracing::warn!(dashboard = spec.name, ?data_path, ?message, "CloudWatch has doubts");
        }
        Ok(())
    }
}
