//! A topic, with the e-mail addresses that are told what is published to it.

use std::collections::BTreeSet;

use nk_model::{
    Calls, Charge, Charges, Equate, Grant, Kind, NameRule, Operation, Replacement, Retry, Shown,
    Waiting, count,
};
use serde::{Deserialize, Serialize};

use crate::{Tags, output};

output!(
    /// The ARN of a topic.
    TopicArn = "topic", "arn"
);

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Topic {
    /// Unique in account and region.
    pub name: String,
    /// The e-mail addresses that are subscribed, confirmed or not. Subscriptions of other protocols
    /// are left to whoever makes them.
    pub emails: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicOutputs {
    /// Its ARN.
    pub arn: String,
    /// The addresses that have not confirmed that they want to be told. Nobody can unsubscribe
    /// them; SNS forgets them after two days.
    pub unconfirmed: BTreeSet<String>,
}

/// The topics of a stack, by their names.
const TOPIC: &[&str] = &["sns:{region}:{account}:{stack}-*"];
/// E-mails that SNS does not bill.
const FREE_EMAILS: f64 = 1_000.0;

impl Kind for Topic {
    type Outputs = TopicOutputs;
    const KIND: &'static str = "topic";
    const OUTPUTS: &'static [&'static str] = &["arn"];
    const NAME: Option<NameRule> = NameRule::name(256, "-_");
    const TAG_TYPE: Option<&'static str> = Some("sns");
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = |_, spec, billing| {
        let emails = billing.usage.alarm_emails * count(spec.emails.len());
        vec![Charge::monthly("email", (emails - FREE_EMAILS).max(0.0)).by("alarm-emails")]
    };
    const REPLACEMENT: Replacement = Replacement { immutable: &["name"], ..Replacement::DEFAULT };
    const EQUATE: Option<Equate<Self>> = Some(|live, wanted| {
        let unconfirmed = &live.outputs.unconfirmed;
        live.spec.emails.retain(|one| wanted.emails.contains(one) || !unconfirmed.contains(one));
    });
    const WAITING: Waiting = Waiting {
        retry: &[
            Retry::new(Operation::Update, "NotFound"),
            Retry::new(Operation::Update, "ConcurrentAccess"),
        ],
        ..Waiting::DEFAULT
    };
    // With two addresses, each of which takes a call.
    const CALLS: Calls = Calls { create: 3, update: 3, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"]).on(TOPIC),
        Grant::make(&["sns:CreateTopic", "sns:Subscribe", "sns:TagResource"]).on(TOPIC),
        // IAM knows no resource of this one.
        Grant::make(&["sns:Unsubscribe"]),
        Grant::remove(&["sns:DeleteTopic"]).on(TOPIC),
    ];
}
