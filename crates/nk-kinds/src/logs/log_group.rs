//! A log group, with its retention.

use std::time::Duration;

use nk_model::{
    Calls, Charge, Charges, Grant, Kind, NameRule, Operation, Replacement, Retry, Shown, Waiting,
};
use serde::{Deserialize, Serialize};

use crate::{Tags, output};

output!(
    /// The name of a log group.
    LogGroupName = "log-group", "name"
);

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LogGroup {
    /// Unique in account and region; at most 512 characters.
    pub name: String,
    /// How long entries are kept, in days; zero means forever.
    pub retention: i32,
    /// Its tags.
    pub tags: Tags,
}

impl LogGroup {
    /// The retentions that CloudWatch Logs supports, in days. See
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>.
    pub const RETENTIONS: [i32; 22] = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
        2922, 3288, 3653,
    ];
}

/// What AWS assigns to a log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroupOutputs {
    /// Its name, once it exists.
    pub name: String,
    /// Its ARN, without `:*` at the end.
    pub arn: String,
    /// Whether somebody has protected it from being deleted.
    #[serde(default)]
    pub protected: bool,
}

/// The log groups of a stack, by their names.
const GROUP: &[&str] = &["logs:{region}:{account}:log-group:/ecs/{stack}-*"];

impl Kind for LogGroup {
    type Outputs = LogGroupOutputs;
    const KIND: &'static str = "log-group";
    const OUTPUTS: &'static [&'static str] = &["name", "arn"];
    const NAME: Option<NameRule> = NameRule::name(512, "-._/#");
    const TAG_TYPE: Option<&'static str> = Some("logs");
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = |_, _, billing| {
        let gb = billing.usage.log_gb;
        vec![
            Charge::monthly("log-ingestion", gb).by("log-gb"),
            Charge::monthly("log-storage", gb).by("log-gb"),
        ]
    };
    const REPLACEMENT: Replacement = Replacement { immutable: &["name"], ..Replacement::DEFAULT };
    const WAITING: Waiting = Waiting {
        retry: &[
            Retry::new(Operation::Create, "OperationAbortedException")
                .within(Duration::from_mins(1)),
            Retry::new(Operation::Update, "OperationAbortedException")
                .within(Duration::from_mins(1)),
            Retry::new(Operation::Destroy, "OperationAbortedException")
                .within(Duration::from_mins(1)),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 2, update: 1, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["logs:DescribeLogGroups"]),
        Grant::look(&["logs:ListTagsForResource"]).on(GROUP),
        Grant::make(&[
            "logs:CreateLogGroup",
            "logs:DeleteRetentionPolicy",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
        ])
        .on(GROUP),
        Grant::remove(&["logs:DeleteLogGroup"]).on(GROUP),
        Grant::lift(&["logs:PutLogGroupDeletionProtection"]).on(GROUP),
    ];
}
