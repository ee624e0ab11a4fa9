//! An alarm on one metric.

use std::collections::{BTreeMap, BTreeSet};

use nk_model::{Charge, Charges, Grant, Kind, NameRule, Replacement, Shown};
use serde::{Deserialize, Serialize};

use crate::Tags;

/// An alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Alarm {
    /// Unique in account and region.
    pub name: String,
    /// What it means when it is raised.
    pub description: String,
    /// Such as `AWS/ECS`.
    pub namespace: String,
    /// Such as `CPUUtilization`.
    pub metric: String,
    /// The dimensions of the metric.
    pub dimensions: BTreeMap<String, String>,
    /// Such as `Average`, or a percentile such as `p95`.
    pub statistic: String,
    /// The length of one period, in seconds: 10, 20, 30 or a multiple of 60.
    pub period_seconds: i32,
    /// The number of consecutive periods over the threshold.
    pub periods: i32,
    /// Such as `GreaterThanThreshold`.
    pub comparison: String,
    /// The threshold.
    pub threshold: f64,
    /// The meaning of missing data: `missing`, `notBreaching`, `breaching` or `ignore`.
    pub missing_data: String,
    /// The ARNs of the topics to notify.
    pub actions: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmOutputs {
    /// Its ARN.
    pub arn: String,
}

/// The alarms of a stack, by their names.
const ALARM: &[&str] = &["cloudwatch:{region}:{account}:alarm:{stack}-*"];

impl Kind for Alarm {
    type Outputs = AlarmOutputs;
    const KIND: &'static str = "alarm";
    const OUTPUTS: &'static [&'static str] = &["arn"];
    const NAME: Option<NameRule> = NameRule::name(255, "-_.");
    const TAG_TYPE: Option<&'static str> = Some("cloudwatch:alarm");
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = |_, _, _| vec![Charge::monthly("alarm", 1.0)];
    const REPLACEMENT: Replacement = Replacement { immutable: &["name"], ..Replacement::DEFAULT };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["cloudwatch:DescribeAlarms"]),
        Grant::look(&["cloudwatch:ListTagsForResource"]).on(ALARM),
        Grant::make(&["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]).on(ALARM),
        Grant::remove(&["cloudwatch:DeleteAlarms"]).on(ALARM),
    ];
}
