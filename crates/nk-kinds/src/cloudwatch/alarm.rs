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
    /// What it means when it rings.
    pub description: String,
    /// As in `AWS/ECS`.
    pub namespace: String,
    /// As in `CPUUtilization`.
    pub metric: String,
    /// Whose metric it is.
    pub dimensions: BTreeMap<String, String>,
    /// As in `Average`, or a percentile as in `p95`.
    pub statistic: String,
    /// The length of one period, in seconds: 10, 20, 30 or a multiple of 60.
    pub period_seconds: i32,
    /// How many periods in a row must be over the threshold.
    pub periods: i32,
    /// As in `GreaterThanThreshold`.
    pub comparison: String,
    /// What is compared with.
    pub threshold: f64,
    /// What missing data means: `missing`, `notBreaching`, `breaching` or `ignore`.
    pub missing_data: String,
    /// Who is told, by ARN; with [`WHEN_OK`](Self::WHEN_OK) at the end, that it rings no more.
    pub actions: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Alarm {
    /// The end of an action for when all is well again.
    pub const WHEN_OK: &'static str = " when OK";
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
