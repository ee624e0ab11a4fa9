//! What an identity provider's requests carry, and what its description says of its spec.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cognitoidentityprovider::types::{IdentityProviderType, IdentityProviderTypeType};
use nk_kinds::cognito::{IdentityProvider, IdentityProviderOutputs, ProviderKind};
use nk_model::{Address, Live, Ref};

use super::credentials::Credentials;

const ISSUER: &str = "oidc_issuer";
const SCOPES: &str = "authorize_scopes";

/// Takes away the secret, which Cognito shows with the rest.
pub(super) fn forget_secret(provider: &mut IdentityProviderType) {
    if let Some(details) = &mut provider.provider_details {
        details.remove("client_secret");
    }
}

/// The details of a request: what the spec declares, and the credentials.
pub(super) fn details(
    spec: &IdentityProvider,
    credentials: &Credentials,
) -> HashMap<String, String> {
    let mut details = match &spec.provider {
        ProviderKind::Google => HashMap::new(),
        ProviderKind::Discovered(issuer) => HashMap::from([(ISSUER.to_owned(), issuer.clone())]),
        ProviderKind::Endpoints(endpoints) => endpoints.clone().into_iter().collect(),
    };
    if spec.provider != ProviderKind::Google {
        details.insert("attributes_request_method".into(), "GET".into());
    }
    let scopes: Vec<_> = spec.scopes.iter().map(String::as_str).collect();
    details.insert(SCOPES.into(), scopes.join(" "));
    credentials.fill(&mut details);
    details
}

/// Cognito's word for what a provider speaks.
pub(super) fn provider_type(spec: &IdentityProvider) -> IdentityProviderTypeType {
    match spec.provider {
        ProviderKind::Google => IdentityProviderTypeType::Google,
        ProviderKind::Discovered(_) | ProviderKind::Endpoints(_) => IdentityProviderTypeType::Oidc,
    }
}

/// A provider as its description shows it, folded to what the wanted spec declares: Cognito adds
/// every endpoint that it discovers, and where the name comes from.
pub(super) fn live_provider(
    mut provider: IdentityProviderType,
    pool: &str,
    address: Address,
    wanted: Option<&IdentityProvider>,
) -> Option<Live<IdentityProvider, IdentityProviderOutputs>> {
    forget_secret(&mut provider);
    let name = provider.provider_name?;
    let details = provider.provider_details.unwrap_or_default();
    let detail = |key: &str| details.get(key).cloned();
    let kind = match (provider.provider_type?, wanted.map(|wanted| &wanted.provider)) {
        (IdentityProviderTypeType::Google, _) => ProviderKind::Google,
        (IdentityProviderTypeType::Oidc, Some(ProviderKind::Endpoints(endpoints))) => {
            let declared = endpoints.keys().filter_map(|key| Some((key.clone(), detail(key)?)));
            ProviderKind::Endpoints(declared.collect())
        }
        (IdentityProviderTypeType::Oidc, _) => {
            ProviderKind::Discovered(detail(ISSUER).unwrap_or_default())
        }
        // A type that nk does not make; nothing wanted is equal to it.
        _ => ProviderKind::Endpoints(BTreeMap::new()),
    };
    let mut attributes: BTreeMap<_, _> =
        provider.attribute_mapping.unwrap_or_default().into_iter().collect();
    let named = |attributes: &BTreeMap<String, String>| attributes.contains_key("username");
    if wanted.is_some_and(|wanted| !named(&wanted.attributes)) {
        attributes.retain(|attribute, from| attribute != "username" || from != "sub");
    }
    let scopes = detail(SCOPES).unwrap_or_default();
    let spec = IdentityProvider {
        pool: Ref::known(pool),
        name: name.clone(),
        provider: kind,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        attributes,
        // Cognito knows the credentials, not where they came from.
        credentials: wanted.map_or_else(|| Ref::known(""), |wanted| wanted.credentials.clone()),
        credentials_key: wanted.map(|wanted| wanted.credentials_key.clone()).unwrap_or_default(),
    };
    Some(Live::ready(address, name.clone(), spec, IdentityProviderOutputs { name }))
}
