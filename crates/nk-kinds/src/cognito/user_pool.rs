//! A user pool: the application's users.

use std::{collections::BTreeSet, time::Duration};

use nk_model::{
    Charge, Charges, Grant, Identity, Kind, Live, NameRule, Only, Operation, Replace, Replacement,
    Retry, Shown, Waiting,
};
use serde::{Deserialize, Serialize};

use super::POOL;
use crate::{Tags, output};

output!(
    /// The id of a user pool.
    UserPoolId = "user-pool", "id"
);

/// A user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UserPool {
    /// Its name, which need not be unique.
    pub name: String,
    /// The attributes with which users may sign in, in addition to their user name: `email`,
    /// `phone_number`, `preferred_username`. Fixed when the pool is created.
    pub aliases: BTreeSet<String>,
    /// The attributes with which users sign in *instead of* a user name: `email`, `phone_number`.
    /// Fixed when the pool is created, and only without aliases.
    pub username_attributes: BTreeSet<String>,
    /// Whether user names, and the attributes used in place of them, are case-sensitive. Fixed when
    /// the pool is created.
    pub case_sensitive: bool,
    /// The attributes that Cognito verifies by sending a code: `email`, `phone_number`.
    pub verified: BTreeSet<String>,
    /// The rules for passwords.
    pub password: PasswordPolicy,
    /// How users who have forgotten their password identify themselves, in the order in which it is
    /// tried: `verified_email`, `verified_phone_number`, or `admin_only`.
    pub recovery: Vec<String>,
    /// The feature plan: `LITE`, `ESSENTIALS` or `PLUS`.
    pub tier: String,
    /// Whether AWS refuses to delete it.
    pub protected: bool,
    /// Its tags.
    pub tags: Tags,
}

/// The rules for passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PasswordPolicy {
    /// The minimum length, 6 to 99.
    pub length: i32,
    /// What it must contain: `lower`, `upper`, `digit`, `symbol`.
    pub require: BTreeSet<String>,
    /// How many days a temporary password is valid, 1 to 365; Cognito treats 0 as not given.
    pub temporary_days: i32,
}

/// What AWS assigns to a user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPoolOutputs {
    /// Such as `ap-northeast-1_AbCdEfGhI`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

/// The number of users that Cognito does not bill on the plans Lite and Essentials.
const FREE_USERS: f64 = 10_000.0;

impl Kind for UserPool {
    type Outputs = UserPoolOutputs;
    const KIND: &'static str = "user-pool";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const NAME: Option<NameRule> = NameRule::name(128, "_+=,.@- ");
    const TAG_TYPE: Option<&'static str> = Some("cognito-idp:userpool");
    const SHOWN: Option<Shown> = Shown::plain("user-pool-id", "id");
    const CHARGES: Charges<Self> = |_, spec, billing| {
        let free = if spec.tier == "PLUS" { 0.0 } else { FREE_USERS };
        let price = format!("cognito-{}-user", spec.tier.to_lowercase());
        vec![Charge::monthly(price, (billing.usage.users - free).max(0.0)).by("users")]
    };
    const IDENTITY: Identity = Identity { guarded: false, ..Identity::DEFAULT };
    const REPLACEMENT: Replacement = Replacement {
        precious: true,
        immutable: &["aliases", "username-attributes", "case-sensitive"],
        how: Replace::Refuse(
            "the sign-in options of a user pool cannot be changed, and replacing the pool would \
             lose all users; create a pool in another stack and move the users with a migration \
             trigger",
        ),
        ..Replacement::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        retry: &[
            Retry::new(Operation::Update, "ConcurrentModificationException"),
            Retry::new(Operation::Destroy, "InvalidParameterException")
                .saying("domain configured that should be deleted first")
                .within(Duration::from_mins(1)),
        ],
        ..Waiting::DEFAULT
    };
    const LEGACY: fn(&Live<Self, UserPoolOutputs>) -> Option<String> =
        |_| Some("all its users are deleted with it".to_owned());
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["cognito-idp:ListUserPools"]),
        // Only its description tells to whom a pool with one of our names belongs.
        Grant::look(&["cognito-idp:DescribeUserPool"]).on(POOL),
        Grant::make(&["cognito-idp:CreateUserPool"]).only(Only::Tagging),
        Grant::make(&["cognito-idp:TagResource"]).on(POOL).only(Only::Tagging),
        Grant::make(&["cognito-idp:UpdateUserPool"]).on(POOL).only(Only::Tagged),
        Grant::remove(&["cognito-idp:DeleteUserPool"]).on(POOL).only(Only::Tagged),
        Grant::lift(&["cognito-idp:UpdateUserPool"]).on(POOL).only(Only::Tagged),
        // An update without the tags removes them, so turning off the protection sets them again.
        Grant::lift(&["cognito-idp:TagResource"]).on(POOL).only(Only::Tagging),
    ];
}
