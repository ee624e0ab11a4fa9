//! What CloudWatch reports about an alarm.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricAlarm, Statistic};
use nk_kinds::{Tags, cloudwatch::Alarm};

/// The spec that would have produced an alarm, as far as one can say it.
pub(super) fn spec(alarm: &MetricAlarm, tags: Tags) -> Alarm {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let dimensions = alarm.dimensions().iter();
    let statistic = alarm.statistic().map(Statistic::as_str);
    Alarm {
        name: text(alarm.alarm_name()),
        description: text(alarm.alarm_description()),
        namespace: text(alarm.namespace()),
        metric: text(alarm.metric_name()),
        dimensions: dimensions
            .filter_map(|each| Some((each.name.clone()?, each.value.clone()?)))
            .collect(),
        statistic: text(alarm.extended_statistic().or(statistic)),
        period_seconds: alarm.period.unwrap_or_default(),
        periods: alarm.evaluation_periods.unwrap_or_default(),
        comparison: text(alarm.comparison_operator().map(ComparisonOperator::as_str)),
        threshold: alarm.threshold.unwrap_or_default(),
        missing_data: alarm.treat_missing_data().unwrap_or("missing").to_owned(),
        actions: told(alarm, alarm.alarm_actions()).cloned().collect(),
        tags,
    }
}

/// Whom an alarm notifies: nobody if its actions are switched off.
fn told<'a>(alarm: &MetricAlarm, whom: &'a [String]) -> impl Iterator<Item = &'a String> {
    let audible = alarm.actions_enabled != Some(false);
    whom.iter().filter(move |_| audible)
}

/// Settings that nk never sets: they have no field, but they change the meaning of an alarm.
pub(super) fn beyond(alarm: &MetricAlarm, spec: &Alarm) -> BTreeMap<String, String> {
    let unit = alarm.unit().map(|unit| ("statistic", format!("{} in {unit}", spec.statistic)));
    let fewer = alarm.datapoints_to_alarm.filter(|fewer| *fewer != spec.periods);
    let fewer = fewer
        .map(|fewer| ("comparison", format!("{} in any {fewer} of the periods", spec.comparison)));
    let when =
        |state: &'static str, whom| told(alarm, whom).map(move |one| format!("{one} when {state}"));
    let others: Vec<_> = when("OK", alarm.ok_actions())
        .chain(when("INSUFFICIENT_DATA", alarm.insufficient_data_actions()))
        .collect();
    let all = || spec.actions.iter().cloned().chain(others.iter().cloned());
    let others = (!others.is_empty()).then(|| ("actions", all().collect::<Vec<_>>().join(", ")));
    let all = [unit, fewer, others].into_iter().flatten();
    all.map(|(field, text)| (field.to_owned(), text)).collect()
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

    fn read(alarm: MetricAlarmBuilder) -> Vec<String> {
        let alarm = alarm.build();
        let found = beyond(&alarm, &spec(&alarm, Tags::default())).into_iter();
        found.map(|(field, text)| format!("{field} {text}")).collect()
    }

    #[test]
    fn all_periods_said_in_full_are_the_default() {
        assert_eq!(read(alarm().datapoints_to_alarm(3)), [""; 0]);
        assert_eq!(read(alarm()), [""; 0]);
    }

    #[test]
    fn what_nk_never_sets_is_beyond_a_spec() {
        assert_eq!(read(alarm().unit(StandardUnit::Percent)), ["statistic Average in Percent"]);
        let fewer = ["comparison GreaterThanThreshold in any 2 of the periods"];
        assert_eq!(read(alarm().datapoints_to_alarm(2)), fewer);
        let others = alarm().ok_actions("arn").insufficient_data_actions("arn");
        let all = ["actions arn, arn when OK, arn when INSUFFICIENT_DATA"];
        assert_eq!(read(others.clone()), all);
        let silent = others.actions_enabled(false);
        assert_eq!(read(silent.clone()), [""; 0]);
        assert_eq!(spec(&silent.build(), Tags::default()).actions, [].into());
    }
}
