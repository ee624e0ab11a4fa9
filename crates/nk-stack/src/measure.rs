//! What is measured of resources: charts on the dashboard, and alarms.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// From when on something is too much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thresholds {
    /// CPU in per cent, of services and of the database.
    pub(crate) cpu: f64,
    /// Memory in per cent, of services.
    pub(crate) memory: f64,
    /// Seconds until the load balancer's targets answer.
    pub(crate) response_seconds: f64,
    /// Errors (5xx) in five minutes, of the load balancer's own and of its targets' each.
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
    /// Of what, by the names of the dimensions, in the order in which CloudWatch shows them.
    pub(crate) of: Vec<(&'static str, String)>,
}

/// A metric, and from when on it is too much.
pub(crate) struct Watch {
    /// The alarm's name in the stack.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) metric: Metric,
    pub(crate) statistic: &'static str,
    pub(crate) threshold: f64,
    /// How many periods in a row.
    pub(crate) periods: i32,
    /// What no data means: for what is counted per request, that there were none.
    pub(crate) missing_data: &'static str,
}

impl Metric {
    /// A metric of one thing, as a dimension names it.
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

    /// As a dashboard takes it.
    pub(crate) fn series(&self) -> Value {
        let of = self.of.iter().flat_map(|(name, value)| [*name, value]);
        json!([self.namespace, self.name].into_iter().chain(of).collect::<Vec<_>>())
    }
}

impl Watch {
    /// A watch over the average of a quarter of an hour.
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
