//! `[auth]`: user pool, client, domain, and the identity providers that have credentials.

mod reading;

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{
    cognito::{
        IdentityProvider, PasswordPolicy, ProviderKind, UserPool, UserPoolClient, UserPoolDomain,
    },
    secretsmanager::{Content, Secret},
};
use nk_model::{Address, Kind, Ref, Settle};
use sha2::{Digest, Sha256};

pub(super) use self::reading::Auth;
use self::reading::{Provider, SignIn};
use crate::{Stack, decode::Fields, expansion::Expansion, section::Section};

/// The name in the stack of the secret with the providers' credentials.
const CREDENTIALS: &str = "oauth-credentials";

impl Section for Auth {
    const KEY: &'static str = "auth";
    const RESOURCES: &'static [&'static str] = &[
        "user-pool.main",
        "user-pool-client.main",
        "user-pool-domain.main",
        "identity-provider.*",
        "secret.oauth-credentials",
    ];

    fn read(fields: Fields<'_, '_>, stack: &Stack) -> Option<Self> {
        Self::read(fields, stack)
    }

    fn expand(&self, expansion: &mut Expansion<'_>) {
        if !self.providers.is_empty() {
            let description = "Client ids and secrets of identity providers";
            expansion.secret(CREDENTIALS, description, Content::Empty);
        }
        let survey = expansion.survey;
        user_pool(expansion, self);
        // Credentials are needed to create a provider; an existing one works without.
        let (ready, waiting): (Vec<_>, Vec<_>) = self.providers.iter().partition(|provider| {
            let key = provider.key();
            survey.credentials.contains(key) || survey.providers.contains(key)
        });
        user_pool_client(expansion, self, &ready);
        let (prefix, _) = expansion.identify_after::<UserPoolDomain>("main", &mark(expansion));
        expansion.add("main", &UserPoolDomain { pool: Ref::to("main"), prefix });
        for provider in ready {
            expansion.add(provider.key(), &identity_provider(*provider));
            if !survey.credentials.contains(provider.key()) {
                note(expansion, *provider, true);
            }
        }
        for provider in waiting {
            note(expansion, *provider, false);
        }
    }

    fn lint(&self, expansion: &mut Expansion<'_>) {
        if self.providers.contains(&Provider::X) {
            let text = "X supports OAuth 2.0 but not OpenID Connect; Cognito accepts the provider, \
                        but signing in with it fails";
            expansion.note("identity-provider.x", text, "auth.providers");
        }
    }
}

impl Stack {
    /// The identity providers whose users may sign in, such as `google`.
    pub(crate) fn providers(&self) -> BTreeSet<String> {
        let auth = self.section::<Auth>().into_iter();
        auth.flat_map(|auth| &auth.providers).map(|provider| provider.key().to_owned()).collect()
    }

    /// The name at AWS of the secret with the identity providers' credentials.
    pub fn oauth_secret(&self) -> Option<String> {
        (!self.providers().is_empty())
            .then(|| self.called(&Address::new(Secret::KIND, CREDENTIALS)))
    }
}

fn user_pool(expansion: &mut Expansion<'_>, auth: &Auth) {
    let attributes = |wanted: &dyn Fn(&SignIn) -> bool| -> BTreeSet<String> {
        let wanted = auth.sign_in.iter().filter(|way| wanted(way));
        wanted.map(|way| way.attribute().to_owned()).collect()
    };
    let others = attributes(&|way| *way != SignIn::Username);
    let (aliases, username_attributes) = if auth.sign_in.contains(&SignIn::Username) {
        (others, BTreeSet::new())
    } else {
        (BTreeSet::new(), others)
    };
    let (name, tags) = expansion.identify::<UserPool>("main");
    let pool = UserPool {
        name,
        aliases,
        username_attributes,
        case_sensitive: false,
        verified: attributes(&|way| *way == SignIn::Email),
        password: PasswordPolicy {
            length: auth.password.length,
            require: auth.password.require.clone(),
            temporary_days: auth.password.temporary_days,
        },
        // By default, Cognito would prefer text messages.
        recovery: vec!["verified_email".to_owned()],
        tier: auth.tier.to_owned(),
        protected: auth.protected,
        tags,
    };
    expansion.add("main", &pool);
}

fn user_pool_client(expansion: &mut Expansion<'_>, auth: &Auth, providers: &[&Provider]) {
    let (name, _) = expansion.identify::<UserPoolClient>("main");
    let client = UserPoolClient {
        pool: Ref::to("main"),
        name,
        secret: true,
        tokens: auth.tokens,
        callback_urls: auth.callback_urls.clone(),
        logout_urls: auth.logout_urls.clone(),
        scopes: auth.scopes.clone(),
        // Without a callback URL, Cognito allows no flow.
        flows: if auth.callback_urls.is_empty() { [].into() } else { ["code".to_owned()].into() },
        sign_in: ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"].map(str::to_owned).into(),
        hides_users: true,
        revocable: true,
        own_users: true,
        providers: providers.iter().map(|provider| Ref::to(provider.key())).collect(),
    };
    expansion.add("main", &client);
}

/// Makes a prefix that no other account is likely to use, and that the next run finds again.
fn mark(expansion: &Expansion<'_>) -> String {
    let account = expansion.survey.account.as_ref().or(expansion.stack.account.as_ref());
    let Some(account) = account else { return "00000000".to_owned() };
    let [a, b, c, d, ..] = Sha256::digest(account.as_bytes()).0;
    format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
}

/// Notes that a provider's credentials are not in their secret, so that it is kept as it is or
/// waits for them.
fn note(expansion: &mut Expansion<'_>, provider: Provider, goes_on: bool) {
    let key = provider.key();
    let secret = expansion.called::<Secret>(CREDENTIALS);
    let text = if goes_on {
        format!("keeps its current credentials, because the secret {secret} has none for it")
    } else {
        format!(
            "will be created when the secret {secret} contains {key}.client_id and \
                 {key}.client_secret"
        )
    };
    let command = Settle::Command(format!("nk secrets set {CREDENTIALS} {key}.client_id"));
    expansion.settled_by(&format!("identity-provider.{key}"), text, command);
}

fn identity_provider(provider: Provider) -> IdentityProvider {
    let (speaks, scopes, attributes): (_, &[&str], &[(&str, &str)]) = match provider {
        Provider::Google => (
            ProviderKind::Google,
            &["openid", "email", "profile"],
            &[("email", "email"), ("username", "sub")],
        ),
        Provider::Line => (
            ProviderKind::Discovered("https://access.line.me".to_owned()),
            &["openid", "email", "profile"],
            &[("email", "email"), ("username", "sub")],
        ),
        Provider::X => (
            ProviderKind::Endpoints(x_endpoints()),
            &["openid", "users.read", "tweet.read"],
            &[("username", "sub")],
        ),
    };
    IdentityProvider {
        pool: Ref::to("main"),
        name: provider.physical().to_owned(),
        provider: speaks,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        attributes: attributes
            .iter()
            .map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned()))
            .collect(),
        credentials: Ref::to(CREDENTIALS),
        credentials_key: provider.key().to_owned(),
        credentials_outdated: false,
    }
}

/// X publishes no discovery document, so every endpoint is given.
/// See <https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code>.
fn x_endpoints() -> BTreeMap<String, String> {
    [
        ("oidc_issuer", "https://x.com"),
        ("authorize_url", "https://x.com/i/oauth2/authorize"),
        ("token_url", "https://api.x.com/2/oauth2/token"),
        ("attributes_url", "https://api.x.com/2/users/me"),
        ("jwks_uri", "https://x.com/.well-known/jwks.json"),
    ]
    .map(|(name, url)| (name.to_owned(), url.to_owned()))
    .into()
}
