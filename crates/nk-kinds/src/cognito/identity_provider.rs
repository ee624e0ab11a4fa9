//! An identity provider of a user pool: where else users may come from.

use std::collections::{BTreeMap, BTreeSet};

use nk_model::{
    Calls, Charges, Grant, Kind, NameRule, Only, Ref, Replacement, Shown, Waiting, free,
};
use serde::{Deserialize, Serialize};

use super::{POOL, UserPoolId};
use crate::{output, secretsmanager::SecretArn};

output!(
    /// The name of an identity provider.
    IdentityProviderName = "identity-provider", "name"
);

/// An identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IdentityProvider {
    /// The pool it belongs to.
    pub pool: Ref<UserPoolId>,
    /// Unique in the pool, at least three characters.
    pub name: String,
    /// What it speaks.
    pub provider: ProviderKind,
    /// What is asked for, as in `openid`.
    pub scopes: BTreeSet<String>,
    /// The pool's attributes, each with the provider's attribute it is filled from.
    pub attributes: BTreeMap<String, String>,
    /// The secret that holds the credentials.
    pub credentials: Ref<SecretArn>,
    /// The key in it, below which are `client_id` and `client_secret`.
    pub credentials_key: String,
    /// Whether Cognito has others than the secret holds, as far as it shows them. Never wanted.
    pub credentials_outdated: bool,
}

impl IdentityProvider {
    /// The names that nk gives: a provider with another was added to the pool by others, and is
    /// their business.
    pub const NAMES: [&str; 3] = ["Google", "LINE", "Twitter"];
}

/// What an identity provider speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// Google's own.
    Google,
    /// OpenID Connect, found by discovery at this issuer.
    Discovered(String),
    /// OpenID Connect without discovery: issuer and endpoints by their Cognito names
    /// (`oidc_issuer`, `authorize_url`, `token_url`, `attributes_url`, `jwks_uri`).
    Endpoints(BTreeMap<String, String>),
}

/// What AWS assigns to an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProviderOutputs {
    /// Its name, once it exists.
    pub name: String,
}

impl Kind for IdentityProvider {
    type Outputs = IdentityProviderOutputs;
    const KIND: &'static str = "identity-provider";
    const OUTPUTS: &'static [&'static str] = &["name"];
    const NAME: Option<NameRule> = None;
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement =
        Replacement { immutable: &["pool", "name"], ..Replacement::DEFAULT };
    const UNTOLD: &'static [&'static str] = &["credentials", "credentials-key"];
    const WAITING: Waiting = Waiting { retry: super::CONCURRENT, ..Waiting::DEFAULT };
    const CALLS: Calls = Calls { create: 2, update: 3, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["secretsmanager:GetSecretValue"])
            .on(&["secretsmanager:{region}:{account}:secret:{secret.oauth-credentials}*"])
            .given("credentials"),
        Grant::look(&["cognito-idp:ListIdentityProviders"]).on(POOL),
        // The answer holds the provider's secret.
        Grant::look(&["cognito-idp:DescribeIdentityProvider"]).on(POOL).only(Only::Tagged),
        Grant::make(&["cognito-idp:CreateIdentityProvider", "cognito-idp:UpdateIdentityProvider"])
            .on(POOL)
            .only(Only::Tagged),
        Grant::remove(&["cognito-idp:DeleteIdentityProvider"]).on(POOL).only(Only::Tagged),
    ];
}
