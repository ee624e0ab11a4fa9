//! The widgets of the dashboard.

use std::iter;

use nk_kinds::{Document, cloudwatch::Dashboard};
use nk_model::{Address, Kind};
use serde_json::{Value, json};

use crate::{
    Stack,
    measure::{Chart, Metric},
};

/// The size of a widget. A dashboard has 24 columns, so two widgets fit side by side.
const WIDTH: usize = 12;
const HEIGHT: usize = 6;
/// The height of the line that names the owner of the dashboard.
const LINE: usize = 1;

/// The dashboard of a stack: a line that names its owner, and the charts. Those of the last section
/// come first, because the others exist for it.
pub(super) fn body(stack: &Stack, charts: Vec<[Chart; 2]>) -> Document {
    let address = Address::new(Dashboard::KIND, "main");
    let signature = json!({
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 2 * WIDTH,
        "height": LINE,
        "properties": { "markdown": Dashboard::signature(&stack.id, &address) },
    });
    let charts = charts.into_iter().rev().flatten().enumerate().map(|(index, chart)| {
        json!({
            "type": "metric",
            "x": index % 2 * WIDTH,
            "y": LINE + index / 2 * HEIGHT,
            "width": WIDTH,
            "height": HEIGHT,
            "properties": {
                "title": chart.title,
                "region": stack.region,
                "view": "timeSeries",
                "stacked": false,
                "stat": chart.statistic,
                "period": 300,
                "metrics": chart.metrics.iter().map(Metric::series).collect::<Vec<Value>>(),
            },
        })
    });
    let widgets: Vec<_> = iter::once(signature).chain(charts).collect();
    Document::new(json!({ "widgets": widgets }))
}
