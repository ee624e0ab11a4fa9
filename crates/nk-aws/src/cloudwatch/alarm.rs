//! How CloudWatch makes an alarm.

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
        // The answer is empty, but the call makes all of it or nothing.
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
    /// The alarm as a look for `scope` shows it; none where it is no business of that look's.
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
            let live = Live::ready(address, name, spec(alarm, tags), AlarmOutputs { arn });
            live.owned_by(owner)
        }))
    }

    /// Makes the alarm, or replaces all of it. Tags count only while it is new.
    async fn put_alarm(&self, spec: &Alarm, tags: Option<&Tags>) -> CloudResult<()> {
        let dimensions = spec
            .dimensions
            .iter()
            .map(|(name, value)| Dimension::builder().name(name).value(value).build());
        let mut actions = Vec::new();
        let mut relief = Vec::new();
        for action in &spec.actions {
            match action.strip_suffix(Alarm::WHEN_OK) {
                Some(action) => relief.push(action.to_owned()),
                None => actions.push(action.clone()),
            }
        }
        let call = self
            .cloudwatch
            .put_metric_alarm()
            .alarm_name(&spec.name)
            .alarm_description(&spec.description)
            .actions_enabled(true)
            .set_alarm_actions(Some(actions))
            .set_ok_actions((!relief.is_empty()).then_some(relief))
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

fn spec(alarm: MetricAlarm, tags: Tags) -> Alarm {
    let dimensions = alarm.dimensions.unwrap_or_default().into_iter();
    let statistic = alarm.statistic.map(|statistic| statistic.as_str().to_owned());
    // An alarm whose actions are switched off tells nobody.
    let audible = alarm.actions_enabled != Some(false);
    let told = |whom: Option<Vec<String>>| whom.filter(|_| audible).unwrap_or_default();
    let when =
        |state: &'static str, whom| told(whom).into_iter().map(move |one| format!("{one}{state}"));
    let actions = told(alarm.alarm_actions)
        .into_iter()
        .chain(when(Alarm::WHEN_OK, alarm.ok_actions))
        .chain(when(" when INSUFFICIENT_DATA", alarm.insufficient_data_actions));
    // What nk never sets has no field of its own, but what an alarm means is another with it.
    let unit = alarm.unit.map(|unit| format!(" in {unit}"));
    let rings = alarm.comparison_operator.map_or_else(String::new, |it| it.to_string());
    let fewer = alarm.datapoints_to_alarm.filter(|fewer| Some(*fewer) != alarm.evaluation_periods);
    let fewer = fewer.map(|fewer| format!(" in any {fewer} of the periods"));
    Alarm {
        name: alarm.alarm_name.unwrap_or_default(),
        description: alarm.alarm_description.unwrap_or_default(),
        namespace: alarm.namespace.unwrap_or_default(),
        metric: alarm.metric_name.unwrap_or_default(),
        dimensions: dimensions.filter_map(|each| Some((each.name?, each.value?))).collect(),
        statistic: alarm.extended_statistic.or(statistic).unwrap_or_default()
            + &unit.unwrap_or_default(),
        period_seconds: alarm.period.unwrap_or_default(),
        periods: alarm.evaluation_periods.unwrap_or_default(),
        comparison: rings + &fewer.unwrap_or_default(),
        threshold: alarm.threshold.unwrap_or_default(),
        missing_data: alarm.treat_missing_data.unwrap_or_else(|| "missing".into()),
        actions: actions.collect(),
        tags,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::{StandardUnit, builders::MetricAlarmBuilder};

    use super::*;

    fn alarm() -> MetricAlarmBuilder {
        MetricAlarm::builder()
            .statistic(Statistic::Average)
            .comparison_operator(ComparisonOperator::GreaterThanThreshold)
            .evaluation_periods(3)
            .alarm_actions("arn")
    }

    fn folded(alarm: MetricAlarmBuilder) -> Alarm {
        spec(alarm.build(), Tags::default())
    }

    #[test]
    fn all_periods_said_in_full_are_the_default() {
        assert_eq!(folded(alarm().datapoints_to_alarm(3)), folded(alarm()));
    }

    #[test]
    fn what_nk_never_sets_is_a_difference() {
        assert_eq!(folded(alarm().unit(StandardUnit::Percent)).statistic, "Average in Percent");
        let comparison = folded(alarm().datapoints_to_alarm(2)).comparison;
        assert_eq!(comparison, "GreaterThanThreshold in any 2 of the periods");
        let others = alarm().ok_actions("arn").insufficient_data_actions("arn");
        let expected = ["arn", "arn when INSUFFICIENT_DATA", "arn when OK"].map(str::to_owned);
        assert_eq!(folded(others).actions, expected.into());
        assert_eq!(folded(alarm().ok_actions("arn").actions_enabled(false)).actions, [].into());
    }
}
