//! Reads `[auth]`.

use std::collections::BTreeSet;

use nk_kinds::cognito::{IdentityProvider, TokenValidity};

use crate::{
    Stack,
    decode::{At, Fields, Word},
    problem::Problem,
    value::{Days, Seconds},
};

/// How users sign in.
#[derive(Debug, Clone)]
pub(crate) struct Auth {
    /// The attributes with which users sign in.
    pub(crate) sign_in: BTreeSet<SignIn>,
    /// The rules for passwords.
    pub(crate) password: Password,
    /// How long tokens are valid.
    pub(crate) tokens: TokenValidity,
    /// The URLs to which users may return after signing in.
    pub(crate) callback_urls: BTreeSet<String>,
    /// The URLs to which users may return after signing out.
    pub(crate) logout_urls: BTreeSet<String>,
    /// The OAuth scopes.
    pub(crate) scopes: BTreeSet<String>,
    /// Cognito's feature plan, as Cognito spells it.
    pub(crate) tier: &'static str,
    /// The identity providers, in the order of the file.
    pub(crate) providers: Vec<Provider>,
    /// Whether AWS refuses to delete the pool.
    pub(crate) protected: bool,
}

/// The rules for passwords.
#[derive(Debug, Clone)]
pub(crate) struct Password {
    /// The minimum length.
    pub(crate) length: i32,
    /// What it must contain, in Cognito's words.
    pub(crate) require: BTreeSet<String>,
    /// How many days a temporary password is valid.
    pub(crate) temporary_days: i32,
}

/// An attribute with which users sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SignIn {
    /// A user name.
    Username,
    /// A verified e-mail address.
    Email,
    /// A verified telephone number.
    Phone,
    /// A name that the user can change.
    PreferredUsername,
}

impl SignIn {
    /// The attribute, as Cognito spells it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::Phone => "phone_number",
            Self::PreferredUsername => "preferred_username",
        }
    }
}

impl Word for SignIn {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("username", Self::Username),
        ("email", Self::Email),
        ("phone", Self::Phone),
        ("preferred-username", Self::PreferredUsername),
    ];
}

/// An identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Provider {
    /// Google.
    Google,
    /// LINE.
    Line,
    /// X, formerly Twitter.
    X,
}

impl Provider {
    /// Its name in stack files, addresses and the secret with the credentials.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Line => "line",
            Self::X => "x",
        }
    }

    /// Its name at Cognito, which requires at least three characters.
    pub(crate) fn physical(self) -> &'static str {
        let [google, line, x] = IdentityProvider::NAMES;
        match self {
            Self::Google => google,
            Self::Line => line,
            Self::X => x,
        }
    }
}

impl Word for Provider {
    const WORDS: &'static [(&'static str, Self)] =
        &[("google", Self::Google), ("line", Self::Line), ("x", Self::X)];
}

/// A class of characters that a password must contain.
#[derive(Debug, Clone, Copy)]
struct Class(&'static str);

impl Word for Class {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("lower", Self("lower")),
        ("upper", Self("upper")),
        ("digit", Self("digit")),
        ("symbol", Self("symbol")),
    ];
}

/// Cognito's feature plans.
#[derive(Debug, Clone, Copy)]
struct Tier(&'static str);

impl Word for Tier {
    const WORDS: &'static [(&'static str, Self)] =
        &[("lite", Self("LITE")), ("essentials", Self("ESSENTIALS")), ("plus", Self("PLUS"))];
}

impl Auth {
    pub(super) fn read(mut fields: Fields<'_, '_>, stack: &Stack) -> Option<Self> {
        let sign_in = read_sign_in(&mut fields);
        let password = read_password(&mut fields);
        let tokens = read_tokens(&mut fields);
        let callback_urls = read_urls(&mut fields, "callback-urls");
        let logout_urls = read_urls(&mut fields, "logout-urls");
        if fields.lacks("callback-urls") || callback_urls.as_ref().is_some_and(BTreeSet::is_empty) {
            fields
                .missing("callback-urls", "a list of URLs to which users return after signing in");
        }
        let scopes = fields.list::<String>("scopes");
        let scopes = scopes.unwrap_or_else(|| usual_scopes(&fields));
        let tier = fields.or("tier", Tier("ESSENTIALS")).value.0;
        let providers: Vec<At<Provider>> = fields.list("providers").unwrap_or_default();
        for (index, provider) in providers.iter().enumerate() {
            if providers[..index].iter().any(|other| other.value == provider.value) {
                let message = format!("the provider `{}` is listed twice", provider.value.key());
                fields.report(Problem::new(&provider.span, message, "again"));
            }
        }
        let is_protected = fields.or("protect", stack.protected).value;
        fields.finish();
        Some(Self {
            sign_in: sign_in?,
            password,
            tokens,
            callback_urls: callback_urls?,
            logout_urls: logout_urls.unwrap_or_default(),
            scopes: scopes.into_iter().map(|scope| scope.value).collect(),
            tier,
            providers: providers.into_iter().map(|provider| provider.value).collect(),
            protected: is_protected,
        })
    }
}

fn usual_scopes(fields: &Fields<'_, '_>) -> Vec<At<String>> {
    let scopes = ["openid", "email", "profile"];
    scopes.iter().map(|scope| At::new((*scope).to_owned(), &fields.span)).collect()
}

fn read_sign_in(fields: &mut Fields<'_, '_>) -> Option<BTreeSet<SignIn>> {
    if fields.lacks("sign-in") {
        fields.missing("sign-in", "a list such as `[\"username\", \"email\"]`");
    }
    let words = fields.list::<SignIn>("sign-in")?;
    let sign_in: BTreeSet<_> = words.iter().map(|word| word.value).collect();
    let preferred = words.iter().find(|word| word.value == SignIn::PreferredUsername);
    if let Some(preferred) = preferred.filter(|_| !sign_in.contains(&SignIn::Username)) {
        let message = "Cognito allows `preferred-username` only together with `username`";
        let help = "add `\"username\"` to `auth.sign-in`";
        fields.report(Problem::new(&preferred.span, message, "needs `username`").help(help));
    }
    if sign_in.is_empty() {
        let span = fields.span.clone();
        let message = "`auth.sign-in` is empty";
        fields.report(Problem::new(&span, message, "in this section"));
    }
    Some(sign_in)
}

fn read_password(fields: &mut Fields<'_, '_>) -> Password {
    let all = || ["lower", "upper", "digit", "symbol"].map(str::to_owned).into();
    let Some(mut password) = fields.section("password") else {
        return Password { length: 8, require: all(), temporary_days: 7 };
    };
    let length = password.or("length", 8_i64);
    let length = password.within("length", Some(length), &(6..=99));
    let require = password.list::<Class>("require");
    let temporary = password.or("temporary", Days(7));
    let temporary = password.within("temporary", Some(temporary), &(Days(1)..=Days(365)));
    password.finish();
    Password {
        length: length.and_then(|length| i32::try_from(length.value).ok()).unwrap_or(8),
        require: require.map_or_else(all, |classes| {
            classes.into_iter().map(|class| class.value.0.to_owned()).collect()
        }),
        temporary_days: temporary.map_or(7, |days| days.value.0),
    }
}

fn read_tokens(fields: &mut Fields<'_, '_>) -> TokenValidity {
    let usual = [Seconds::hours(1), Seconds::hours(1), Seconds::days(30)];
    let short = Seconds::minutes(5)..=Seconds::days(1);
    let long = Seconds::hours(1)..=Seconds::days(3650);
    let [access, id, refresh] = match fields.section("tokens") {
        None => usual,
        Some(mut tokens) => {
            let mut read = |key, usual, range| {
                let token = tokens.or(key, usual);
                tokens.within(key, Some(token), range)
            };
            let found = [
                read("access", usual[0], &short),
                read("id", usual[1], &short),
                read("refresh", usual[2], &long),
            ];
            if let [Some(access), Some(id), Some(refresh)] = &found {
                check_order(&mut tokens, [access, id], refresh);
            }
            tokens.finish();
            let [access, id, refresh] = found;
            [
                access.map_or(usual[0], |token| token.value),
                id.map_or(usual[1], |token| token.value),
                refresh.map_or(usual[2], |token| token.value),
            ]
        }
    };
    TokenValidity { access_seconds: access.0, id_seconds: id.0, refresh_seconds: refresh.0 }
}

fn check_order(fields: &mut Fields<'_, '_>, short: [&At<Seconds>; 2], refresh: &At<Seconds>) {
    if short.iter().any(|token| token.value > refresh.value) {
        let message = "the refresh token expires before the tokens that it refreshes";
        let label = format!("{} is too short", refresh.value);
        fields.report(Problem::new(&refresh.span, message, label));
    }
}

fn read_urls(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<BTreeSet<String>> {
    let urls: Vec<At<String>> = fields.list(key)?;
    for url in &urls {
        check_url(fields, url);
    }
    if let Some(past) = urls.get(100) {
        let message = format!("Cognito allows at most 100 `{key}`");
        fields.report(Problem::new(&past.span, message, "one too many"));
    }
    Some(urls.into_iter().map(|url| url.value).collect())
}

/// Cognito allows `http` only for the user's own machine; a scheme of the application's own is
/// allowed.
fn check_url(fields: &mut Fields<'_, '_>, url: &At<String>) {
    let refuse = |message: String, label: &str| Problem::new(&url.span, message, label);
    let text = url.value.as_str();
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, rest)| {
        !scheme.is_empty() && !rest.is_empty() && text.chars().all(|c| c.is_ascii_graphic())
    }) else {
        let problem = refuse(format!("`{text}` is not an absolute URL"), "not a URL");
        return fields.report(problem.help("write it as `https://example.com/api/auth/callback`"));
    };
    if text.contains('#') {
        fields
            .report(refuse(format!("`{text}` contains a fragment"), "Cognito does not allow `#`"));
    }
    if text.len() > 1024 {
        fields.report(refuse("the URL has more than 1024 characters".into(), "too long"));
    }
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    if scheme == "http" && host != "localhost" {
        let problem = refuse(
            format!("`{text}` does not use HTTPS"),
            "`http` is allowed only for \
                                                                      localhost",
        );
        fields.report(problem.help("use `https://`"));
    }
}
