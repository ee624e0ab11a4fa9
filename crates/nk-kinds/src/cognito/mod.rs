//! Users: pools, their clients, domains and identity providers.

mod identity_provider;
mod user_pool;
mod user_pool_client;
mod user_pool_domain;

pub use identity_provider::{
    IdentityProvider, IdentityProviderName, IdentityProviderOutputs, ProviderKind,
};
pub use user_pool::{PasswordPolicy, UserPool, UserPoolId, UserPoolOutputs};
use user_pool_client::CONCURRENT;
pub use user_pool_client::{
    TokenValidity, UserPoolClient, UserPoolClientId, UserPoolClientOutputs,
};
pub use user_pool_domain::{UserPoolDomain, UserPoolDomainOutputs};

/// Any user pool; AWS chooses its id.
const POOL: &[&str] = &["cognito-idp:{region}:{account}:userpool/*"];
