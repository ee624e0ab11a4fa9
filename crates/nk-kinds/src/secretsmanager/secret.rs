//! A secret: the place of a value, never the value itself.

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
    /// Unique in account and region, including secrets that are scheduled for deletion.
    pub name: String,
    /// Its purpose.
    pub description: String,
    /// Its initial value. AWS does not report it.
    pub content: Content,
    /// How many days a deleted secret can be restored, 7 to 30. Used only for the deletion.
    pub recovery_days: i64,
    /// Its tags.
    pub tags: Tags,
}

/// The initial value of a secret. nk never overwrites a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// `{"password": …}` with a password from the operating system's random generator.
    Password,
    /// `{}`, to be filled by others.
    Empty,
}

/// What AWS assigns to a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretOutputs {
    /// Its ARN, which ends in six characters that AWS chooses.
    pub arn: String,
    /// Its name, once it exists.
    pub name: String,
}

impl Secret {
    /// The secrets that a stack may have, by their names in addresses.
    pub const ALL: [&str; 2] = ["db-password", "oauth-credentials"];
    /// The shortest recovery window that AWS allows, in days.
    pub const RECOVERY_DAYS: i64 = 7;
}

/// The secrets of a stack, by their names.
const SECRET: &[&str] = &["secretsmanager:{region}:{account}:secret:{stack}-*"];

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
            "its value would be lost; copy it to a secret with the new name, and then delete this \
             one by hand",
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
            "can be restored for {days} days, which an apply does; after that its value is lost"
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
