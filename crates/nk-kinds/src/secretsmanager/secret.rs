//! A secret: where a value is kept, never the value itself.

use nk_model::{
    Charge, Charges, Grant, Kind, Live, NameRule, Operation, Purpose, Replace, Replacement, Retry,
    Shown, Waiting,
};
use serde::{Deserialize, Serialize};

use crate::{Tags, output};

output!(
    /// The ARN of a secret.
    SecretArn = "secret", "arn"
);

/// A secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Secret {
    /// Unique in account and region, also among the secrets scheduled for deletion.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it holds at first. AWS never tells.
    pub content: Content,
    /// How many days a deleted one can be restored, 7 to 30. Said when it is deleted.
    pub recovery_days: i64,
    /// Its tags.
    pub tags: Tags,
}

/// What a secret holds at first. nk never overwrites what it holds later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// `{"password": …}` with a password made once by the operating system's generator.
    Password,
    /// `{}`: others fill it.
    Empty,
}

/// What AWS assigns to a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretOutputs {
    /// Its ARN, which ends in six letters of AWS's choice.
    pub arn: String,
    /// Its name, once it exists.
    pub name: String,
}

impl Secret {
    /// The shortest time in which AWS can be made to forget a secret, in days.
    pub const RECOVERY_DAYS: i64 = 7;
}

/// The secrets of a stack, by their names.
const SECRET: &[&str] = &["secretsmanager:{region}:{account}:secret:{secret}-??????"];

impl Kind for Secret {
    type Outputs = SecretOutputs;
    const KIND: &'static str = "secret";
    const OUTPUTS: &'static [&'static str] = &["arn", "name"];
    const NAME: Option<NameRule> = NameRule::name(512, "/_+=.@-");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = Shown::plain("secret-arn.*", "arn");
    const CHARGES: Charges<Self> = |_, _, _| vec![Charge::monthly("secret", 1.0)];
    const REPLACEMENT: Replacement = Replacement {
        immutable: &["name"],
        how: Replace::Refuse(
            "what it holds would be lost; copy the value to a secret of the new name first, then delete \
             this one by hand",
        ),
        ..Replacement::DEFAULT
    };
    const UNTOLD: &'static [&'static str] = &["content", "recovery-days"];
    const WAITING: Waiting = Waiting {
        retry: &[Retry::new(Operation::Create, "InvalidRequestException").saying("was deleted")],
        ..Waiting::DEFAULT
    };
    const LEGACY: fn(&Live<Self, SecretOutputs>) -> Option<String> = |live| {
        let days = live.spec.recovery_days;
        Some(format!(
            "can be restored for {days} days, and an apply does so; then its value is lost"
        ))
    };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["secretsmanager:DescribeSecret"]).on(SECRET),
        Grant::make(&[
            "secretsmanager:CreateSecret",
            "secretsmanager:RestoreSecret",
            "secretsmanager:TagResource",
            "secretsmanager:UpdateSecret",
        ])
        .on(SECRET),
        Grant::remove(&["secretsmanager:DeleteSecret"]).on(SECRET),
        Grant::new(
            Purpose::Fill,
            &["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
        )
        .on(SECRET),
    ];
}
