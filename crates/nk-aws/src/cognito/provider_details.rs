//! The details of an identity provider in requests, and its spec from its description.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cognitoidentityprovider::types::{IdentityProviderType, IdentityProviderTypeType};
use nk_kinds::cognito::{IdentityProvider, IdentityProviderOutputs, ProviderKind};
use nk_model::{Address, Live, Ref};

use super::credentials::Credentials;

const SCOPES: &str = "authorize_scopes";

/// The details of a request: those of the spec, and the credentials.
pub(super) fn details(
    spec: &IdentityProvider,
    credentials: &Credentials,
) -> HashMap<String, String> {
    let mut details = match &spec.provider {
        ProviderKind::Google => HashMap::new(),
        ProviderKind::Discovered(issuer) => {
            HashMap::from([(ProviderKind::ISSUER.to_owned(), issuer.clone())])
        }
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

/// Cognito's word for a provider's protocol.
pub(super) fn provider_type(spec: &IdentityProvider) -> IdentityProviderTypeType {
    match spec.provider {
        ProviderKind::Google => IdentityProviderTypeType::Google,
        ProviderKind::Discovered(_) | ProviderKind::Endpoints(_) => IdentityProviderTypeType::Oidc,
    }
}

/// A provider as its description shows it. Cognito shows its credentials with the rest; the result
/// only says whether they differ from `credentials`.
pub(super) fn live_provider(
    provider: IdentityProviderType,
    pool: &str,
    address: Address,
    credentials: Option<&Credentials>,
) -> Option<Live<IdentityProvider, IdentityProviderOutputs>> {
    let name = provider.provider_name?;
    let details = provider.provider_details.unwrap_or_default();
    let detail = |key: &str| details.get(key).cloned();
    let mut beyond = BTreeMap::new();
    if credentials.is_some_and(|credentials| credentials.differ_from(&details)) {
        beyond.insert("credentials".into(), "others than the secret holds".into());
    }
    let kind = provider.provider_type?;
    let speaks = if kind == IdentityProviderTypeType::Google {
        ProviderKind::Google
    } else {
        let endpoints = ProviderKind::ENDPOINTS.iter();
        let endpoints = endpoints.filter_map(|key| Some(((*key).to_owned(), detail(key)?)));
        ProviderKind::Endpoints(endpoints.collect())
    };
    if ![IdentityProviderTypeType::Google, IdentityProviderTypeType::Oidc].contains(&kind) {
        beyond.insert("provider".into(), kind.to_string());
    }
    let scopes = detail(SCOPES).unwrap_or_default();
    let spec = IdentityProvider {
        pool: Ref::known(pool),
        name: name.clone(),
        provider: speaks,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        attributes: provider.attribute_mapping.unwrap_or_default().into_iter().collect(),
        // Cognito knows the credentials, not where they came from.
        credentials: Ref::known(""),
        credentials_key: String::new(),
    };
    let live = Live::ready(address, name.clone(), spec, IdentityProviderOutputs { name });
    Some(Live { beyond, ..live })
}

#[cfg(test)]
mod tests {
    use nk_engine::SecretValue;
    use serde_json::json;

    use super::*;

    fn described(details: &[(&str, &str)]) -> IdentityProviderType {
        let details = details.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        IdentityProviderType::builder()
            .provider_name("LINE")
            .provider_type(IdentityProviderTypeType::Oidc)
            .set_provider_details(Some(details.collect()))
            .attribute_mapping("username", "sub")
            .attribute_mapping("name", "name")
            .build()
    }

    const DISCOVERED: &[(&str, &str)] = &[
        ("client_id", "id"),
        ("client_secret", "canary"),
        ("oidc_issuer", "https://access.line.me"),
        ("authorize_scopes", "profile openid"),
        ("authorize_url", "https://access.line.me/oauth2/v2.1/authorize"),
        ("attributes_url_add_attributes", "false"),
    ];

    fn read(
        details: &[(&str, &str)],
        credentials: Option<&Credentials>,
    ) -> Live<IdentityProvider, IdentityProviderOutputs> {
        let address = Address::new("identity-provider", "line");
        let live = live_provider(described(details), "pool", address, credentials);
        live.expect("it is described whole")
    }

    #[test]
    fn all_endpoints_are_told_and_its_secret_is_forgotten() {
        let live = read(DISCOVERED, None);
        let endpoints = [
            ("oidc_issuer", "https://access.line.me"),
            ("authorize_url", "https://access.line.me/oauth2/v2.1/authorize"),
        ];
        let endpoints = endpoints.map(|(name, url)| (name.to_owned(), url.to_owned())).into();
        assert_eq!(live.spec.provider, ProviderKind::Endpoints(endpoints));
        assert_eq!(live.spec.scopes, ["openid".to_owned(), "profile".to_owned()].into());
        assert!(!format!("{live:?}").contains("canary"));
    }

    #[test]
    fn credentials_that_changed_are_told_as_far_as_cognito_shows_them() {
        let credentials = |id: &str, secret: &str| {
            let value = json!({"line": {"client_id": id, "client_secret": secret}});
            Credentials::of(&SecretValue::new(value), "line").expect("they are complete")
        };
        let outdated = |details: &[(&str, &str)], ours: &Credentials| {
            read(details, Some(ours)).beyond.contains_key("credentials")
        };
        assert!(!outdated(DISCOVERED, &credentials("id", "canary")));
        assert!(outdated(DISCOVERED, &credentials("id", "another")));
        assert!(outdated(DISCOVERED, &credentials("another", "canary")));
        let silent = &[("client_id", "id")];
        assert!(!outdated(silent, &credentials("id", "another")));
        assert!(outdated(silent, &credentials("another", "another")));
    }
}
