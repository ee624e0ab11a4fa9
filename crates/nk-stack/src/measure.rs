//! What is measured: charts on the dashboard, and alarms.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The thresholds of the alarms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thresholds {
    /// CPU in per cent, of services and of the database.
    pub(crate) cpu: f64,
    /// Memory in per cent, of services.
    pub(crate) memory: f64,
    /// Seconds until the targets of the load balancer answer.
    pub(crate) response_seconds: f64,
    /// Errors (5xx) in five minutes, separately for the load balancer itself and for its targets.
    pub(crate) errors: f64,
    /// Connections to the database.
    pub(crate) connections: f64,
}

/// A chart on the dashboard.
pub(crate) struct Chart {
    pub(crate) title: &'static str,
    pub(crate) statistic: &'static str,
    pub(crate) metrics: Vec<Metric>,
}

/// A metric of CloudWatch.
#[derive(Clone)]
pub(crate) struct Metric {
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    /// The dimensions by name, in the order in which CloudWatch shows them.
    pub(crate) of: Vec<(&'static str, String)>,
}

/// A metric and its threshold.
pub(crate) struct Watch {
    /// The alarm's name in the stack.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) metric: Metric,
    pub(crate) statistic: &'static str,
    pub(crate) threshold: f64,
    /// The number of consecutive periods.
    pub(crate) periods: i32,
    /// The meaning of missing data: for something that is counted per request, that there were
    /// none.
    pub(crate) missing_data: &'static str,
}

impl Metric {
    /// A metric of one thing, identified by a dimension.
    pub(crate) fn new(
        namespace: &'static str,
        name: &'static str,
        of: &[(&'static str, &str)],
    ) -> Self {
        let of = of.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { namespace, name, of }
    }

    pub(crate) fn dimensions(self) -> BTreeMap<String, String> {
        self.of.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// As a dashboard needs it.
    pub(crate) fn series(&self) -> Value {
        let of = self.of.iter().flat_map(|(name, value)| [*name, value]);
        json!([self.namespace, self.name].into_iter().chain(of).collect::<Vec<_>>())
    }
}

impl Watch {
    /// A watch on the average of a quarter of an hour.
    pub(crate) fn average(name: &str, about: &str, metric: Metric, threshold: f64) -> Self {
        Self {
            name: name.to_owned(),
            description: about.to_owned(),
            metric,
            statistic: "Average",
            threshold,
            periods: 3,
            missing_data: "missing",
        }
    }
}
