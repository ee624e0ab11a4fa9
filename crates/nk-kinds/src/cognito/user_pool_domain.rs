//! The domain of a user pool's sign-in pages.

use nk_model::{
    Calls, Charges, Grant, Kind, NameRule, Only, Ref, Replacement, Shown, Waiting, free,
};
use serde::{Deserialize, Serialize};

use super::{POOL, UserPoolId};

/// A prefix of Cognito's own domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UserPoolDomain {
    /// The pool it belongs to.
    pub pool: Ref<UserPoolId>,
    /// The prefix: lower case, unique in the region across all accounts, without the words `aws`,
    /// `amazon` and `cognito`.
    pub prefix: String,
}

/// What AWS assigns to a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPoolDomainOutputs {
    /// The prefix, once it is reserved.
    pub prefix: String,
}

impl Kind for UserPoolDomain {
    type Outputs = UserPoolDomainOutputs;
    const KIND: &'static str = "user-pool-domain";
    const OUTPUTS: &'static [&'static str] = &["prefix"];
    const NAME: Option<NameRule> =
        Some(NameRule { field: "prefix", longest: 63, punctuation: "-" });
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = Some(Shown {
        name: "user-pool-domain",
        output: "prefix",
        written: "*.auth.{region}.amazoncognito.com",
    });
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement =
        Replacement { immutable: &["pool", "prefix"], ..Replacement::DEFAULT };
    const WAITING: Waiting = Waiting { retry: super::CONCURRENT, ..Waiting::DEFAULT };
    const CALLS: Calls = Calls { create: 2, update: 1, destroy: 2 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["cognito-idp:DescribeUserPoolDomain"]),
        Grant::make(&["cognito-idp:CreateUserPoolDomain"]).on(POOL).only(Only::Tagged),
        Grant::remove(&["cognito-idp:DeleteUserPoolDomain"]).on(POOL).only(Only::Tagged),
    ];
}
