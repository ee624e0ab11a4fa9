//! `[alarms]`: from when on something is too much, and who is told; and the dashboard and alarms of
//! what the other sections make.

mod dashboard;

use std::{collections::BTreeSet, mem};

use nk_kinds::{
    cloudwatch::{Alarm, Dashboard},
    sns::Topic,
};

use crate::{
    Stack,
    decode::{At, Fields},
    expansion::Expansion,
    measure::{Thresholds, Watch},
    problem::Problem,
    section::Section,
    value::Seconds,
};

/// Five minutes: what the metrics of ECS and RDS are good for without extra cost.
const PERIOD_SECONDS: i32 = 300;
/// The thresholds of a stack that states none.
const USUAL: Thresholds =
    Thresholds { cpu: 80.0, memory: 80.0, response_seconds: 1.0, errors: 10.0, connections: 80.0 };

/// The alarms of a stack.
#[derive(Debug)]
pub(super) struct Alarms {
    thresholds: Thresholds,
    /// Who is told, by ARN.
    actions: BTreeSet<String>,
    /// Who is told, by e-mail address.
    notify: BTreeSet<String>,
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
        let notify = read_notify(&mut fields);
        fields.finish();
        Some(Self { thresholds, actions, notify })
    }

    fn absent() -> Option<Self> {
        Some(Self { thresholds: USUAL, actions: BTreeSet::new(), notify: BTreeSet::new() })
    }

    fn expand(&self, expansion: &mut Expansion<'_>) {
        let charts = mem::take(&mut expansion.charts);
        if charts.is_empty() {
            return;
        }
        let (name, tags) = expansion.identify::<Dashboard>("main");
        let body = dashboard::body(expansion.stack, charts);
        expansion.add("main", &Dashboard { name, body, tags });
        let actions = self.told(expansion);
        for watch in mem::take(&mut expansion.watches) {
            alarm(expansion, watch, &actions);
        }
        if actions.is_empty() {
            let text = "the alarms tell nobody: they are seen only in the console";
            expansion.note("alarm", text, "alarms.actions");
        }
    }
}

impl Alarms {
    /// Who is told by each alarm; whoever is notified by e-mail also when it rings no more.
    fn told(&self, expansion: &mut Expansion<'_>) -> BTreeSet<String> {
        let mut actions = self.actions.clone();
        if !self.notify.is_empty() {
            let (name, tags) = expansion.identify::<Topic>("alarms");
            expansion.add("alarms", &Topic { name, emails: self.notify.clone(), tags });
            let topic = "@{topic.alarms.arn}";
            actions.extend([topic.to_owned(), topic.to_owned() + Alarm::WHEN_OK]);
        }
        actions
    }
}

fn alarm(expansion: &mut Expansion<'_>, watch: Watch, actions: &BTreeSet<String>) {
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
        actions: actions.clone(),
        tags,
    };
    expansion.add(&watch.name, &alarm);
}

impl Stack {
    /// From when on something is too much.
    pub(super) fn thresholds(&self) -> Thresholds {
        self.section::<Alarms>().map_or(USUAL, |alarms| alarms.thresholds)
    }
}

fn threshold(fields: &mut Fields<'_, '_>, key: &'static str, usual: f64, most: f64) -> f64 {
    let figure = fields.or(key, usual);
    if figure.value < 0.0 || figure.value > most {
        let message = format!("`{}` cannot be {}", fields.name(key), figure.value);
        let label =
            if most < f64::MAX { format!("must be 0 to {most}") } else { "below zero".to_owned() };
        fields.report(Problem::new(&figure.span, message, label));
    }
    figure.value
}

fn read_actions(fields: &mut Fields<'_, '_>) -> BTreeSet<String> {
    let actions: Vec<At<String>> = fields.list("actions").unwrap_or_default();
    for action in actions.iter().filter(|action| !action.value.starts_with("arn:aws")) {
        let message = format!("`{}` is not an ARN", action.value);
        let help = "name whom to tell, as in `arn:aws:sns:REGION:ACCOUNT:TOPIC`";
        fields.report(Problem::new(&action.span, message, "not an ARN").help(help));
    }
    // The topic of those who are notified is one as well.
    if let Some(sixth) = actions.get(5 - usize::from(!fields.lacks("notify"))) {
        let message = "an alarm has at most five actions";
        fields.report(Problem::new(&sixth.span, message, "the sixth"));
    }
    actions.into_iter().map(|action| action.value).collect()
}

fn read_notify(fields: &mut Fields<'_, '_>) -> BTreeSet<String> {
    let addresses: Vec<At<String>> = fields.list("notify").unwrap_or_default();
    for address in addresses.iter().filter(|address| !is_email(&address.value)) {
        let message = format!("`{}` is not an e-mail address", address.value);
        fields.report(Problem::new(&address.span, message, "not an e-mail address"));
    }
    addresses.into_iter().map(|address| address.value).collect()
}

/// Whether this is an address as mail is sent to, without quotes and comments.
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let in_name = |c: char| c.is_ascii_graphic() && !"\"(),:;<>@[\\]".contains(c);
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    !name.is_empty()
        && name.chars().all(in_name)
        && domain.contains('.')
        && domain.split('.').all(label)
}
