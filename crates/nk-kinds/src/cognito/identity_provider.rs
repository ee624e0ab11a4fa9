//! An identity provider of a user pool.

use std::collections::{BTreeMap, BTreeSet};

use nk_model::{
    Calls, Charges, Equate, Grant, Kind, NameRule, Only, Ref, Replacement, Shown, Waiting, free,
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
    /// Unique in the pool; at least three characters.
    pub name: String,
    /// The protocol.
    pub provider: ProviderKind,
    /// The scopes that are requested, such as `openid`.
    pub scopes: BTreeSet<String>,
    /// The attributes of the pool, each with the provider's attribute that fills it.
    pub attributes: BTreeMap<String, String>,
    /// The secret that contains the credentials.
    pub credentials: Ref<SecretArn>,
    /// The key in it, which contains `client_id` and `client_secret`.
    pub credentials_key: String,
}

impl IdentityProvider {
    /// The names that nk gives. A provider with another name was added to the pool by somebody else
    /// and is left alone.
    pub const NAMES: [&str; 3] = ["Google", "LINE", "Twitter"];
}

/// The protocol of an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// Google's own.
    Google,
    /// OpenID Connect, found by discovery at this issuer.
    Discovered(String),
    /// OpenID Connect without discovery: issuer and endpoints by their Cognito
    /// [names](Self::ENDPOINTS). Live, also what Cognito has discovered.
    Endpoints(BTreeMap<String, String>),
}

impl ProviderKind {
    /// Cognito's names of issuer and endpoints.
    pub const ENDPOINTS: [&str; 5] =
        [Self::ISSUER, "authorize_url", "token_url", "attributes_url", "jwks_uri"];
    /// Cognito's name of the issuer.
    pub const ISSUER: &str = "oidc_issuer";

    /// Of what is there, as much as is declared: what was discovered is as good as its issuer.
    fn equate(&mut self, wanted: &Self) {
        let Self::Endpoints(there) = self else { return };
        match wanted {
            Self::Google => {}
            Self::Discovered(_) => {
                *self = Self::Discovered(there.remove(Self::ISSUER).unwrap_or_default());
            }
            Self::Endpoints(wanted) => there.retain(|name, _| wanted.contains_key(name)),
        }
    }
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
    const EQUATE: Option<Equate<Self>> =
        Some(|live, wanted| live.spec.provider.equate(&wanted.provider));
    const WAITING: Waiting = Waiting { retry: super::CONCURRENT, ..Waiting::DEFAULT };
    const CALLS: Calls = Calls { create: 2, update: 3, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["secretsmanager:GetSecretValue"])
            .on(&["secretsmanager:{region}:{account}:secret:{stack}-oauth-credentials*"])
            .given("credentials"),
        Grant::look(&["cognito-idp:ListIdentityProviders"]).on(POOL),
        // The answer contains the provider's secret.
        Grant::look(&["cognito-idp:DescribeIdentityProvider"]).on(POOL).only(Only::Tagged),
        Grant::make(&["cognito-idp:CreateIdentityProvider", "cognito-idp:UpdateIdentityProvider"])
            .on(POOL)
            .only(Only::Tagged),
        Grant::remove(&["cognito-idp:DeleteIdentityProvider"]).on(POOL).only(Only::Tagged),
    ];
}
