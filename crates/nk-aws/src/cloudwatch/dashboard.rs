//! How CloudWatch makes a dashboard.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::DashboardValidationMessage;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Document, Tags,
    cloudwatch::{Dashboard, DashboardOutputs},
};
use nk_model::{Address, Change, Changes, Kind, Live, Owner};

use super::MISSING;
use crate::{Aws, sdk_error::SdkResult, tags::sdk_tags};

type LiveDashboard = Live<Dashboard, DashboardOutputs>;

impl Reconcile<Dashboard> for Aws {
    async fn observe(&self, scope: &Scope<Dashboard>) -> CloudResult<Vec<LiveDashboard>> {
        let mut names: BTreeSet<_> =
            scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        if scope.reach == Reach::Stack {
            // What was wanted once is found unwanted as well.
            names.extend(scope.names.of::<Dashboard>().known().iter().cloned());
        }
        let calls = names.iter().map(|name| self.dashboard(scope, name));
        Ok(try_join_all(calls).await?.into_iter().flatten().collect())
    }

    async fn create(
        &self,
        spec: &Dashboard,
        address: &Address,
    ) -> CloudResult<Option<LiveDashboard>> {
        self.put_dashboard(spec, Some(&spec.tags)).await?;
        // Dashboards are of no region.
        let arn = self.arn("cloudwatch", "", &format!("dashboard/{}", spec.name));
        let outputs = DashboardOutputs { arn };
        Ok(Some(Live::ready(address.clone(), &spec.name, spec.clone(), outputs)))
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
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveDashboard) -> CloudResult<Departure> {
        let call = self.cloudwatch.delete_dashboards().dashboard_names(&live.id).send().await;
        call.accepting(MISSING)?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// The dashboard of this name; none where it is not there or is no business of the look's.
    async fn dashboard(
        &self,
        scope: &Scope<Dashboard>,
        name: &str,
    ) -> CloudResult<Option<LiveDashboard>> {
        let call = self.cloudwatch.get_dashboard().dashboard_name(name).send().await;
        let Some(found) = call.accepting(MISSING)? else {
            return Ok(None);
        };
        let (Some(arn), Some(text)) = (found.dashboard_arn, found.dashboard_body) else {
            return Ok(None);
        };
        // CloudWatch stores no other, but what is not JSON only differs from what is wanted.
        let body = Document::parse(&text).unwrap_or_else(|_| Document::new(text.into()));
        let tags = self.cloudwatch_tags(&arn).await?.unwrap_or_default();
        let spec = Dashboard { name: name.to_owned(), body, tags };
        let Some((address, owner, tags)) = self.dashboard_holder(scope, &spec) else {
            return Ok(None);
        };
        let spec = Dashboard { tags, ..spec };
        Ok(Some(Live::ready(address, name, spec, DashboardOutputs { arn }).owned_by(owner)))
    }

    /// Whose a dashboard is: its tags say so, or, where CloudWatch keeps none, its signature.
    fn dashboard_holder(
        &self,
        scope: &Scope<Dashboard>,
        found: &Dashboard,
    ) -> Option<(Address, Owner, Tags)> {
        let wanted = |spec: &Dashboard| spec.name == found.name;
        let main = || Address::new(Dashboard::KIND, "main");
        let named = scope.wanted.iter().find(|(_, spec)| wanted(spec));
        let address = named.map_or_else(main, |(address, _)| address.clone());
        if found.tags == Tags::default()
            && found.is_signed(&Dashboard::signature(&self.stack, &address))
        {
            let tags = Tags::new(&self.stack, &address, &found.name);
            return scope.covers(&address).then_some((address, Owner::Ours, tags));
        }
        let (address, owner) = self.holder(scope, wanted, &found.tags)?;
        Some((address, owner, found.tags.clone()))
    }

    /// Makes the dashboard, or replaces its body. Tags count only while it is new.
    async fn put_dashboard(&self, spec: &Dashboard, tags: Option<&Tags>) -> CloudResult<()> {
        let call = self
            .cloudwatch
            .put_dashboard()
            .dashboard_name(&spec.name)
            .dashboard_body(spec.body.to_string())
            .set_tags(tags.map(sdk_tags));
        let answer = call.send().await.or_cloud_error()?;
        // CloudWatch takes a body that it will not draw as a whole, and says so.
        for each in answer.dashboard_validation_messages() {
            let DashboardValidationMessage { data_path, message, .. } = each;
            tracing::warn!(dashboard = spec.name, ?data_path, ?message, "CloudWatch has doubts");
        }
        Ok(())
    }
}
