//! How CloudWatch creates an alarm.

mod reading;

use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricAlarm, Statistic};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    cloudwatch::{Alarm, AlarmOutputs},
};
use nk_model::{Address, Change, Changes, Live};

use super::MISSING;
use crate::{Aws, sdk_error::SdkResult, tag_index::TagIndex, tags::sdk_tags};

type LiveAlarm = Live<Alarm, AlarmOutputs>;

impl Reconcile<Alarm> for Aws {
    async fn observe(&self, scope: &Scope<Alarm>) -> CloudResult<Vec<LiveAlarm>> {
        let call = self.cloudwatch.describe_alarms();
        let names = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let call = match scope.reach {
            Reach::Stack => call.alarm_name_prefix(format!("{}-", self.stack.prefix())),
            Reach::One(_) => call.set_alarm_names(Some(names)),
        };
        let pages = async { call.into_paginator().send().try_collect().await.or_cloud_error() };
        let (pages, index): (Vec<_>, _) = tokio::try_join!(pages, self.tag_index(scope))?;
        let alarms = pages.into_iter().flat_map(|page| page.metric_alarms.unwrap_or_default());
        let found = try_join_all(alarms.map(|alarm| self.alarm(scope, &index, alarm))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn create(&self, spec: &Alarm, address: &Address) -> CloudResult<Option<LiveAlarm>> {
        self.put_alarm(spec, Some(&spec.tags)).await?;
        // The answer is empty, but the call creates everything or nothing.
        let arn = self.arn("cloudwatch", &self.region, &format!("alarm:{}", spec.name));
        Ok(Some(Live::ready(address.clone(), &spec.name, spec.clone(), AlarmOutputs { arn })))
    }

    async fn update(
        &self,
        spec: &Alarm,
        live: &LiveAlarm,
        changes: &[Change],
    ) -> CloudResult<Option<LiveAlarm>> {
        if changes.iter().any(|change| change.field() != "tags") {
            self.put_alarm(spec, None).await?;
        }
        if changes.touch("tags") {
            self.cloudwatch_tag(&live.outputs.arn, &spec.tags).await?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveAlarm) -> CloudResult<Departure> {
        self.cloudwatch.delete_alarms().alarm_names(&live.id).send().await.accepting(MISSING)?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// The alarm as a look for `scope` shows it; none if that look is not for it.
    async fn alarm(
        &self,
        scope: &Scope<Alarm>,
        index: &TagIndex,
        alarm: MetricAlarm,
    ) -> CloudResult<Option<LiveAlarm>> {
        let (Some(name), Some(arn)) = (alarm.alarm_name.clone(), alarm.alarm_arn.clone()) else {
            return Ok(None);
        };
        let named = |spec: &Alarm| spec.name == name;
        let wanted = scope.wanted.iter().find(|(_, spec)| named(spec));
        let tags = match index.confirmed(&arn, wanted.map(|(_, spec)| &spec.tags)) {
            Some(tags) => Some(tags),
            None => self.cloudwatch_tags(&arn).await?,
        };
        let Some(tags) = tags else { return Ok(None) };
        let holder = self.holder(scope, named, &tags);
        Ok(holder.map(|(address, owner)| {
            let spec = reading::spec(&alarm, tags);
            let beyond = reading::beyond(&alarm, &spec);
            let live = Live::ready(address, name, spec, AlarmOutputs { arn });
            Live { beyond, ..live }.owned_by(owner)
        }))
    }

    /// Creates the alarm, or replaces all of it. Tags are used only for a new one.
    async fn put_alarm(&self, spec: &Alarm, tags: Option<&Tags>) -> CloudResult<()> {
        let dimensions = spec
            .dimensions
            .iter()
            .map(|(name, value)| Dimension::builder().name(name).value(value).build());
        let call = self
            .cloudwatch
            .put_metric_alarm()
            .alarm_name(&spec.name)
            .alarm_description(&spec.description)
            .actions_enabled(true)
            .set_alarm_actions(Some(spec.actions.iter().cloned().collect()))
            .namespace(&spec.namespace)
            .metric_name(&spec.metric)
            .set_dimensions(Some(dimensions.collect()))
            .period(spec.period_seconds)
            .evaluation_periods(spec.periods)
            .threshold(spec.threshold)
            .comparison_operator(ComparisonOperator::from(spec.comparison.as_str()))
            .treat_missing_data(&spec.missing_data)
            .set_tags(tags.map(sdk_tags));
        let call = match Statistic::try_parse(&spec.statistic) {
            Ok(statistic) => call.statistic(statistic),
            Err(_) => call.extended_statistic(&spec.statistic),
        };
        call.send().await.or_cloud_error().map(drop)
    }
}
