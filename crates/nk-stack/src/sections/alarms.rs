//! `[alarms]`: thresholds, and who is notified; and the dashboard and the alarms for the resources
//! of the other sections.

mod dashboard;

use std::{collections::BTreeSet, mem};

use nk_kinds::cloudwatch::{Alarm, Dashboard};

use crate::{
    Stack,
    decode::{At, Fields},
    expansion::Expansion,
    measure::{Thresholds, Watch},
    problem::Problem,
    section::Section,
    value::Seconds,
};

/// Five minutes: the resolution of the metrics of ECS and RDS without extra cost.
const PERIOD_SECONDS: i32 = 300;
/// The default thresholds.
const USUAL: Thresholds =
    Thresholds { cpu: 80.0, memory: 80.0, response_seconds: 1.0, errors: 10.0, connections: 80.0 };

/// The alarms of a stack.
#[derive(Debug)]
pub(super) struct Alarms {
    thresholds: Thresholds,
    /// The ARNs of the topics to notify.
    actions: BTreeSet<String>,
}

impl Section for Alarms {
    const KEY: &'static str = "alarms";

    fn read(mut fields: Fields<'_, '_>, _: &Stack) -> Option<Self> {
        let response = fields.optional::<Seconds>("response-time");
        let response =
            response.map(|at| at.value.0).and_then(|seconds| i32::try_from(seconds).ok());
        let thresholds = Thresholds {
            cpu: threshold(&mut fields, "cpu", USUAL.cpu, 100.0),
            memory: threshold(&mut fields, "memory", USUAL.memory, 100.0),
            response_seconds: response.map_or(USUAL.response_seconds, f64::from),
            errors: threshold(&mut fields, "errors", USUAL.errors, f64::MAX),
            connections: threshold(&mut fields, "connections", USUAL.connections, f64::MAX),
        };
        let actions = read_actions(&mut fields);
        fields.finish();
        Some(Self { thresholds, actions })
    }

    fn absent() -> Option<Self> {
        Some(Self { thresholds: USUAL, actions: BTreeSet::new() })
    }

    fn expand(&self, expansion: &mut Expansion<'_>) {
        let charts = mem::take(&mut expansion.charts);
        if charts.is_empty() {
            return;
        }
        let (name, tags) = expansion.identify::<Dashboard>("main");
        let body = dashboard::body(expansion.stack, charts);
        expansion.add("main", &Dashboard { name, body, tags });
        for watch in mem::take(&mut expansion.watches) {
            self.alarm(expansion, watch);
        }
        if self.actions.is_empty() {
            let text = "the alarms notify nobody; they are visible only in the console";
            expansion.note("alarm", text, "alarms.actions");
        }
    }
}

impl Alarms {
    fn alarm(&self, expansion: &mut Expansion<'_>, watch: Watch) {
        let (name, tags) = expansion.identify::<Alarm>(&watch.name);
        let alarm = Alarm {
            name,
            description: watch.description,
            namespace: watch.metric.namespace.to_owned(),
            metric: watch.metric.name.to_owned(),
            dimensions: watch.metric.dimensions(),
            statistic: watch.statistic.to_owned(),
            period_seconds: PERIOD_SECONDS,
            periods: watch.periods,
            comparison: "GreaterThanThreshold".to_owned(),
            threshold: watch.threshold,
            missing_data: watch.missing_data.to_owned(),
            actions: self.actions.clone(),
            tags,
        };
        expansion.add(&watch.name, &alarm);
    }
}

impl Stack {
    /// The thresholds of the alarms.
    pub(super) fn thresholds(&self) -> Thresholds {
        self.section::<Alarms>().map_or(USUAL, |alarms| alarms.thresholds)
    }
}

fn threshold(fields: &mut Fields<'_, '_>, key: &'static str, usual: f64, most: f64) -> f64 {
    let figure = fields.or(key, usual);
    if figure.value < 0.0 || figure.value > most {
        let message = format!("`{}` cannot be {}", fields.name(key), figure.value);
        let label = if most < f64::MAX {
            format!("must be 0 to {most}")
        } else {
            "must not be negative".to_owned()
        };
        fields.report(Problem::new(&figure.span, message, label));
    }
    figure.value
}

fn read_actions(fields: &mut Fields<'_, '_>) -> BTreeSet<String> {
    let actions: Vec<At<String>> = fields.list("actions").unwrap_or_default();
    for action in actions.iter().filter(|action| !action.value.starts_with("arn:aws")) {
        let message = format!("`{}` is not an ARN", action.value);
        let help = "name the topic to notify, such as `arn:aws:sns:REGION:ACCOUNT:TOPIC`";
        fields.report(Problem::new(&action.span, message, "not an ARN").help(help));
    }
    if let Some(sixth) = actions.get(5) {
        let message = "an alarm has at most five actions";
        fields.report(Problem::new(&sixth.span, message, "one too many"));
    }
    actions.into_iter().map(|action| action.value).collect()
}
