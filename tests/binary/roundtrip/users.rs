//! Specs of any shape that Cognito accepts.

use std::collections::BTreeSet;

use nk_kinds::cognito::{PasswordPolicy, TokenValidity, UserPool, UserPoolClient};
use nk_model::Ref;
use proptest::{
    prelude::*,
    sample::{select, subsequence},
};

use super::strategies::{Names, name, one, some};

/// The sign-in options are fixed when a pool is created: the same for one number in every round.
fn signing_in(number: usize) -> (BTreeSet<String>, BTreeSet<String>) {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let (aliases, instead): (&[&str], &[&str]) = match number % 5 {
        0 => (&["email"], &[]),
        1 => (&["email", "phone_number", "preferred_username"], &[]),
        2 => (&[], &["email"]),
        3 => (&[], &["email", "phone_number"]),
        _ => (&[], &[]),
    };
    (words(aliases), words(instead))
}

/// How users who have forgotten their password may identify themselves.
const RECOVERY: [&[&str]; 3] =
    [&["verified_email"], &["verified_phone_number", "verified_email"], &["admin_only"]];

pub(crate) fn user_pool(names: Names) -> impl Strategy<Value = UserPool> {
    let require = some(&["lower", "upper", "digit", "symbol"]);
    let password = (6..=99, require, 1..=365).prop_map(|(length, require, temporary_days)| {
        PasswordPolicy { length, require, temporary_days }
    });
    let verified = some(&["email", "phone_number"]);
    let tier = one(&["LITE", "ESSENTIALS", "PLUS"]);
    let recovery = select(&RECOVERY[..]);
    (verified, password, (tier, recovery), any::<bool>()).prop_map(
        move |(verified, password, (tier, recovery), protected)| {
            let (aliases, username_attributes) = signing_in(names.number);
            UserPool {
                name: names.name.clone(),
                aliases,
                username_attributes,
                case_sensitive: names.number.is_multiple_of(2),
                recovery: recovery.iter().map(|way| (*way).to_owned()).collect(),
                verified,
                password,
                tier,
                protected,
                tags: names.tags.clone(),
            }
        },
    )
}

pub(crate) fn user_pool_client(names: Names) -> impl Strategy<Value = UserPoolClient> {
    let day = 24 * 3600_i64;
    let tokens = (300..=day, 300..=day, day + 1..=3650 * day);
    let tokens = tokens.prop_map(|(access_seconds, id_seconds, refresh_seconds)| TokenValidity {
        access_seconds,
        id_seconds,
        refresh_seconds,
    });
    let urls =
        || some(&["https://a.example.com/back", "http://localhost:3000/x?y=z", "app.example://in"]);
    let scopes = subsequence(&["openid", "email", "phone", "profile"][..], 1..=4)
        .prop_map(|scopes| scopes.into_iter().map(str::to_owned).collect());
    let flows = subsequence(&["code", "implicit"][..], 1..=2);
    let sign_in = &["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"][..];
    let sign_in =
        subsequence(sign_in, 1..=3).prop_map(|ways| ways.into_iter().map(str::to_owned).collect());
    let ways = (flows, sign_in, any::<(bool, bool, bool)>());
    (tokens, (urls(), urls()), scopes, ways).prop_map(
        move |(tokens, (callback_urls, logout_urls), scopes, (flows, sign_in, switches))| {
            let flows = flows.into_iter().filter(|_| !callback_urls.is_empty());
            let flows = flows.map(str::to_owned).collect();
            let (hides_users, revocable, own_users) = switches;
            UserPoolClient {
                pool: Ref::to(&name(names.number)),
                name: names.name.clone(),
                secret: names.number.is_multiple_of(2),
                tokens,
                callback_urls,
                logout_urls,
                scopes,
                flows,
                sign_in,
                hides_users,
                revocable,
                own_users,
                providers: BTreeSet::new(),
            }
        },
    )
}
