//! `[alarms]`: from when on something is too much, and who is told.

use std::collections::BTreeSet;

use crate::{
    decode::{At, Fields},
    problem::Problem,
    value::Seconds,
};

/// The thresholds of a stack's alarms.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarms {
    /// CPU in per cent, of services and of the database.
    pub cpu: f64,
    /// Memory in per cent, of services.
    pub memory: f64,
    /// Seconds until the load balancer's targets answer.
    pub response_seconds: f64,
    /// Errors (5xx) in five minutes, of the load balancer's own and of its targets' each.
    pub errors: f64,
    /// Connections to the database.
    pub connections: f64,
    /// Who is told, by ARN.
    pub actions: BTreeSet<String>,
}

impl Default for Alarms {
    fn default() -> Self {
        Self {
            cpu: 80.0,
            memory: 80.0,
            response_seconds: 1.0,
            errors: 10.0,
            connections: 80.0,
            actions: BTreeSet::new(),
        }
    }
}

impl Alarms {
    pub(crate) fn read(mut fields: Fields<'_, '_>) -> Self {
        let usual = Self::default();
        let response = fields.optional::<Seconds>("response-time");
        let response =
            response.map(|at| at.value.0).and_then(|seconds| i32::try_from(seconds).ok());
        let read = Self {
            cpu: threshold(&mut fields, "cpu", usual.cpu, 100.0),
            memory: threshold(&mut fields, "memory", usual.memory, 100.0),
            response_seconds: response.map_or(usual.response_seconds, f64::from),
            errors: threshold(&mut fields, "errors", usual.errors, f64::MAX),
            connections: threshold(&mut fields, "connections", usual.connections, f64::MAX),
            actions: read_actions(&mut fields),
        };
        fields.finish();
        read
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
    if let Some(sixth) = actions.get(5) {
        let message = "an alarm has at most five actions";
        fields.report(Problem::new(&sixth.span, message, "the sixth"));
    }
    actions.into_iter().map(|action| action.value).collect()
}
