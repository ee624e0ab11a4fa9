//! The widgets of the dashboard.

use std::iter;

use nk_kinds::{Document, cloudwatch::Dashboard};
use nk_model::{Address, Kind};
use serde_json::{Value, json};

use crate::Stack;

/// What CloudWatch calls the things that are measured.
pub(super) struct MetricNames {
    pub(super) cluster: String,
    pub(super) services: Vec<String>,
    pub(super) load_balancer: String,
    pub(super) database: String,
}

/// A widget's size; a dashboard is 24 wide, so two stand side by side.
const WIDTH: usize = 12;
const HEIGHT: usize = 6;
/// The height of the line that says whose the dashboard is.
const LINE: usize = 1;

/// The dashboard of a stack: two widgets for each of services, load balancer and database.
pub(super) fn body(stack: &Stack, names: &MetricNames) -> Document {
    let mut charts = Vec::new();
    if !stack.services.is_empty() {
        let of_each = |metric: &str| -> Vec<Value> {
            let series = |service: &String| {
                json!(["AWS/ECS", metric, "ClusterName", names.cluster, "ServiceName", service])
            };
            names.services.iter().map(series).collect()
        };
        charts.push(("Services: CPU (%)", "Average", of_each("CPUUtilization")));
        charts.push(("Services: memory (%)", "Average", of_each("MemoryUtilization")));
    }
    if stack.load_balancer.is_some() {
        let series = |metric: &str| {
            vec![json!(["AWS/ApplicationELB", metric, "LoadBalancer", names.load_balancer])]
        };
        charts.push(("Load balancer: requests", "Sum", series("RequestCount")));
        charts.push(("Load balancer: response time (s)", "p95", series("TargetResponseTime")));
    }
    if stack.database.is_some() {
        let series =
            |metric: &str| vec![json!(["AWS/RDS", metric, "DBInstanceIdentifier", names.database])];
        charts.push(("Database: connections", "Average", series("DatabaseConnections")));
        charts.push(("Database: CPU (%)", "Average", series("CPUUtilization")));
    }
    let address = Address::new(Dashboard::KIND, "main");
    let signature = json!({
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 2 * WIDTH,
        "height": LINE,
        "properties": { "markdown": Dashboard::signature(&stack.id, &address) },
    });
    let charts = charts.into_iter().enumerate().map(|(index, (title, statistic, metrics))| {
        json!({
            "type": "metric",
            "x": index % 2 * WIDTH,
            "y": LINE + index / 2 * HEIGHT,
            "width": WIDTH,
            "height": HEIGHT,
            "properties": {
                "title": title,
                "region": stack.region,
                "view": "timeSeries",
                "stacked": false,
                "stat": statistic,
                "period": 300,
                "metrics": metrics,
            },
        })
    });
    let widgets: Vec<_> = iter::once(signature).chain(charts).collect();
    Document::new(json!({ "widgets": widgets }))
}
