//! An app client of a user pool, with which an application signs users in.

use std::collections::BTreeSet;

use nk_model::{
    Charges, Grant, Identity, Kind, NameRule, Only, Operation, Ref, Replace, Replacement, Retry,
    Shown, Waiting, free,
};
use serde::{Deserialize, Serialize};

use super::{IdentityProviderName, POOL, UserPoolId};
use crate::output;

output!(
    /// The id of an app client.
    UserPoolClientId = "user-pool-client", "id"
);

/// A confidential app client for the authorization code flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "Cognito has that many switches")]
pub struct UserPoolClient {
    /// The pool it belongs to.
    pub pool: Ref<UserPoolId>,
    /// Its name. Clients have no tags, so nk recognises its own by the name.
    pub name: String,
    /// Whether it has a secret. Fixed when the client is created.
    pub secret: bool,
    /// How long tokens are valid.
    pub tokens: TokenValidity,
    /// The URLs to which users may return after signing in; `http` only for localhost.
    pub callback_urls: BTreeSet<String>,
    /// The URLs to which users may return after signing out.
    pub logout_urls: BTreeSet<String>,
    /// The OAuth scopes, such as `openid`.
    pub scopes: BTreeSet<String>,
    /// The OAuth flows: `code`, `implicit` or `client_credentials`; none without a callback URL.
    pub flows: BTreeSet<String>,
    /// How applications may sign users in themselves, such as `ALLOW_USER_SRP_AUTH`.
    pub sign_in: BTreeSet<String>,
    /// Whether a failed sign-in hides that the user does not exist.
    pub hides_users: bool,
    /// Whether its tokens can be revoked.
    pub revocable: bool,
    /// Whether users of the pool itself may sign in, and not only those of the providers.
    pub own_users: bool,
    /// The identity providers whose users may sign in.
    pub providers: BTreeSet<Ref<IdentityProviderName>>,
}

/// How long tokens are valid, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokenValidity {
    /// The access token.
    pub access_seconds: i64,
    /// The ID token.
    pub id_seconds: i64,
    /// The refresh token.
    pub refresh_seconds: i64,
}

/// What AWS assigns to an app client. Its secret is not an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPoolClientOutputs {
    /// Its id.
    pub id: String,
}

impl Kind for UserPoolClient {
    type Outputs = UserPoolClientOutputs;
    const KIND: &'static str = "user-pool-client";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const NAME: Option<NameRule> = NameRule::name(128, "_+=,.@- ");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = Shown::plain("user-pool-client-id", "id");
    const CHARGES: Charges<Self> = free;
    const IDENTITY: Identity = Identity { guarded: false, ..Identity::DEFAULT };
    const REPLACEMENT: Replacement = Replacement {
        immutable: &["pool", "name", "secret"],
        how: Replace::Refuse(
            "a new client has a new id, and applications that use the old id could not sign users \
             in; create a client by hand, configure the applications to use it, and then delete \
             this one",
        ),
        ..Replacement::DEFAULT
    };
    const WAITING: Waiting = Waiting { retry: super::CONCURRENT, ..Waiting::DEFAULT };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["cognito-idp:ListUserPoolClients"]).on(POOL),
        // The answer contains the client's secret.
        Grant::look(&["cognito-idp:DescribeUserPoolClient"]).on(POOL).only(Only::Tagged),
        Grant::make(&["cognito-idp:CreateUserPoolClient", "cognito-idp:UpdateUserPoolClient"])
            .on(POOL)
            .only(Only::Tagged),
        Grant::bury(&["cognito-idp:DeleteUserPoolClient"]).on(POOL).only(Only::Tagged),
    ];
}

/// How Cognito refuses a second change of a pool at the same time.
pub(super) const CONCURRENT: &[Retry] = &[
    Retry::new(Operation::Create, "ConcurrentModificationException"),
    Retry::new(Operation::Update, "ConcurrentModificationException"),
    Retry::new(Operation::Destroy, "ConcurrentModificationException"),
];
