//! The details of an identity provider in requests, and its spec from its description.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cognitoidentityprovider::types::{IdentityProviderType, IdentityProviderTypeType};
use nk_kinds::cognito::{IdentityProvider, IdentityProviderOutputs, ProviderKind};
use nk_model::{Address, Live, Ref};

use super::credentials::Credentials;

const ISSUER: &str = "oidc_issuer";
const SCOPES: &str = "authorize_scopes";

/// The details of a request: those of the spec, and the credentials.
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

/// Cognito's word for a provider's protocol.
pub(super) fn provider_type(spec: &IdentityProvider) -> IdentityProviderTypeType {
    match spec.provider {
        ProviderKind::Google => IdentityProviderTypeType::Google,
        ProviderKind::Discovered(_) | ProviderKind::Endpoints(_) => IdentityProviderTypeType::Oidc,
    }
}

/// A provider as its description shows it, reduced to what the desired spec sets: Cognito adds
/// every endpoint that it discovers, and the source of the name. Cognito shows the secret with the
/// rest; the result only says whether it is the desired one.
pub(super) fn live_provider(
    provider: IdentityProviderType,
    pool: &str,
    address: Address,
    wanted: Option<(&IdentityProvider, Option<&Credentials>)>,
) -> Option<Live<IdentityProvider, IdentityProviderOutputs>> {
    let name = provider.provider_name?;
    let details = provider.provider_details.unwrap_or_default();
    let credentials = wanted.and_then(|(_, credentials)| credentials);
    let outdated = credentials.is_some_and(|credentials| credentials.differ_from(&details));
    let wanted = wanted.map(|(spec, _)| spec);
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
        // A type that nk does not create; nothing desired is equal to it.
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
        credentials_outdated: outdated,
    };
    Some(Live::ready(address, name.clone(), spec, IdentityProviderOutputs { name }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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

    fn wanted(provider: ProviderKind) -> IdentityProvider {
        IdentityProvider {
            pool: Ref::known("pool"),
            name: "LINE".into(),
            provider,
            scopes: BTreeSet::from(["openid".into(), "profile".into()]),
            attributes: BTreeMap::from([("name".into(), "name".into())]),
            credentials: Ref::to("oauth"),
            credentials_key: "line".into(),
            credentials_outdated: false,
        }
    }

    const DISCOVERED: &[(&str, &str)] = &[
        ("client_id", "id"),
        ("client_secret", "canary"),
        ("oidc_issuer", "https://access.line.me"),
        ("authorize_scopes", "profile openid"),
        ("authorize_url", "https://access.line.me/oauth2/v2.1/authorize"),
        ("attributes_url_add_attributes", "false"),
    ];

    #[test]
    fn what_cognito_discovers_and_adds_is_no_difference_and_its_secret_is_forgotten() {
        let issuer = "https://access.line.me".to_owned();
        let endpoints = BTreeMap::from([("oidc_issuer".to_owned(), issuer.clone())]);
        for kind in [ProviderKind::Discovered(issuer), ProviderKind::Endpoints(endpoints)] {
            let wanted = wanted(kind);
            let address = Address::new("identity-provider", "line");
            let live = live_provider(described(DISCOVERED), "pool", address, Some((&wanted, None)));
            let live = live.expect("it is described whole");
            assert_eq!(live.spec, wanted);
            assert!(!format!("{live:?}").contains("canary"));
        }
    }

    #[test]
    fn credentials_that_changed_are_told_as_far_as_cognito_shows_them() {
        let credentials = |id: &str, secret: &str| {
            let value = json!({"line": {"client_id": id, "client_secret": secret}});
            Credentials::of(&SecretValue::new(value), "line").expect("they are complete")
        };
        let outdated = |details: &[(&str, &str)], ours: &Credentials| {
            let wanted = wanted(ProviderKind::Google);
            let address = Address::new("identity-provider", "line");
            let live =
                live_provider(described(details), "pool", address, Some((&wanted, Some(ours))));
            live.expect("it is described whole").spec.credentials_outdated
        };
        assert!(!outdated(DISCOVERED, &credentials("id", "canary")));
        assert!(outdated(DISCOVERED, &credentials("id", "another")));
        assert!(outdated(DISCOVERED, &credentials("another", "canary")));
        let silent = &[("client_id", "id")];
        assert!(!outdated(silent, &credentials("id", "another")));
        assert!(outdated(silent, &credentials("another", "another")));
    }

    #[test]
    fn a_provider_that_nobody_wants_shows_its_issuer() {
        let address = Address::new("identity-provider", "line");
        let live = live_provider(described(DISCOVERED), "pool", address, None);
        let provider = live.expect("it is described whole").spec.provider;
        assert_eq!(provider, ProviderKind::Discovered("https://access.line.me".into()));
    }
}
