//! `[auth]`: user pool, client, domain, and the identity providers whose credentials are there.

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::cognito::{
    IdentityProvider, PasswordPolicy, ProviderKind, UserPool, UserPoolClient, UserPoolDomain,
};
use nk_model::Ref;
use sha2::{Digest, Sha256};

use super::Expansion;
use crate::section::{Auth, Provider, SignIn};

impl Expansion<'_> {
    pub(super) fn auth(&mut self) {
        let Some(auth) = &self.stack.auth else { return };
        self.user_pool(auth);
        // Credentials are for making a provider: one that is there goes on without.
        let (ready, waiting): (Vec<_>, Vec<_>) = auth.providers.iter().partition(|provider| {
            let key = provider.key();
            self.survey.credentials.contains(key) || self.survey.providers.contains(key)
        });
        self.user_pool_client(auth, &ready);
        let domain = UserPoolDomain { pool: Ref::to("main"), prefix: self.domain_prefix() };
        self.desired.add("main", &domain);
        for provider in ready {
            self.desired.add(provider.key(), &identity_provider(*provider));
            if !self.survey.credentials.contains(provider.key()) {
                self.note_keeping(*provider);
            }
        }
        for provider in waiting {
            self.note_waiting(*provider);
        }
    }

    fn user_pool(&mut self, auth: &Auth) {
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
        let physical = self.name("user-pool");
        let pool = UserPool {
            aliases,
            username_attributes,
            case_sensitive: false,
            verified: attributes(&|way| *way == SignIn::Email),
            password: PasswordPolicy {
                length: auth.password.length,
                require: auth.password.require.clone(),
                temporary_days: auth.password.temporary_days,
            },
            // Without a word on it Cognito would prefer text messages.
            recovery: vec!["verified_email".to_owned()],
            tier: auth.tier.to_owned(),
            protected: auth.protected,
            tags: self.tags::<UserPool>("main", &physical),
            name: physical,
        };
        self.desired.add("main", &pool);
    }

    fn user_pool_client(&mut self, auth: &Auth, providers: &[&Provider]) {
        let client = UserPoolClient {
            pool: Ref::to("main"),
            name: self.name("client"),
            secret: true,
            tokens: auth.tokens,
            callback_urls: auth.callback_urls.clone(),
            logout_urls: auth.logout_urls.clone(),
            scopes: auth.scopes.clone(),
            // Without a place to send users back to, Cognito allows no flow.
            flows: if auth.callback_urls.is_empty() {
                [].into()
            } else {
                ["code".to_owned()].into()
            },
            sign_in: ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"].map(str::to_owned).into(),
            hides_users: true,
            revocable: true,
            own_users: true,
            providers: providers.iter().map(|provider| Ref::to(provider.key())).collect(),
        };
        self.desired.add("main", &client);
    }

    /// A prefix that no other account is likely to have taken, and that the next run finds again.
    fn domain_prefix(&self) -> String {
        let account = self.survey.account.as_ref().or(self.stack.account.as_ref());
        let mark = account.map_or_else(
            || "00000000".to_owned(),
            |account| {
                let digest = Sha256::digest(account.as_bytes());
                let [a, b, c, d, ..] = digest.0;
                format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
            },
        );
        self.lower_name(&mark)
    }

    fn note_keeping(&mut self, provider: Provider) {
        let key = provider.key();
        let secret = self.name("oauth-credentials");
        self.note(
            format!("identity-provider.{key}"),
            format!("goes on with the credentials it has: the secret {secret} holds none for it"),
            Some(&format!("nk secrets set oauth-credentials {key}.client_id")),
        );
    }

    fn note_waiting(&mut self, provider: Provider) {
        let key = provider.key();
        let secret = self.name("oauth-credentials");
        self.note(
            format!("identity-provider.{key}"),
            format!("waits for {key}.client_id and {key}.client_secret in the secret {secret}"),
            Some(&format!("nk secrets set oauth-credentials {key}.client_id")),
        );
    }
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
        credentials: Ref::to("oauth-credentials"),
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
