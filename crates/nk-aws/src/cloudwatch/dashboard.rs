//! How CloudWatch creates a dashboard.

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
            // A stack has one dashboard, `main`, with the name of the stack, so it is found when it
            // is not desired as well.
            names.insert(self.stack.prefix());
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
        // Dashboards belong to no region.
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
    /// The dashboard with this name; none if it does not exist or the look is not for it.
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
        // CloudWatch stores only JSON; anything else would simply be a difference.
        let body = Document::parse(&text).unwrap_or_else(|_| Document::new(text.into()));
        let tags = self.cloudwatch_tags(&arn).await?.unwrap_or_default();
        let spec = Dashboard { name: name.to_owned(), body, tags };
        let Some((address, owner, tags)) = self.dashboard_holder(scope, &spec) else {
            return Ok(None);
        };
        let spec = Dashboard { tags, ..spec };
        Ok(Some(Live::ready(address, name, spec, DashboardOutputs { arn }).owned_by(owner)))
    }

    /// To whom a dashboard belongs: according to its tags, or to its signature if CloudWatch stores
    /// no tags.
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

    /// Creates the dashboard, or replaces its body. Tags are used only for a new one.
    async fn put_dashboard(&self, spec: &Dashboard, tags: Option<&Tags>) -> CloudResult<()> {
        let call = self
            .cloudwatch
            .put_dashboard()
            .dashboard_name(&spec.name)
            .dashboard_body(spec.body.to_string())
            .set_tags(tags.map(sdk_tags));
        let answer = call.send().await.or_cloud_error()?;
        // CloudWatch accepts a body that it cannot display completely, and returns warnings.
        for each in answer.dashboard_validation_messages() {
            let DashboardValidationMessage { data_path, message, .. } = each;
            tracing::warn!(
                dashboard = spec.name,
                ?data_path,
                ?message,
                "CloudWatch returned \
                                                                         warnings"
            );
        }
        Ok(())
    }
}
