//! `nk secrets`.

use insta::assert_snapshot;
use nk_tests::terminal::Terminal;

use crate::common::{applied, piped, terminal};

const AUTH: &str = "project = \"shop\"\nregion = \"ap-northeast-1\"\n\n[auth]\nsign-in = [\"username\"]\n\
                    callback-urls = [\"http://localhost:3000/back\"]\nproviders = [\"google\"]\n";

fn shop() -> Terminal {
    applied(AUTH)
}

#[test]
fn a_secret_is_read_whole_or_by_key() {
    let terminal = shop();
    for (key, value) in [("google.client_id", "an id"), ("google.client_secret", "a secret")] {
        terminal.write("value", value);
        let line = format!("secrets --env dev set oauth-credentials {key} --from-file value");
        let _ = terminal.nk(&line).with_code(0);
    }
    assert_snapshot!(terminal.session("secrets --env dev get oauth-credentials"), @r#"
    exit code 0
    --- stdout
    {
      "google": {
        "client_id": "an id",
        "client_secret": "a secret"
      }
    }
    "#);
    assert_snapshot!(terminal.session("secrets --env dev get oauth-credentials google.client_id"), @r"
    exit code 0
    --- stdout
    an id
    ");
    assert_snapshot!(
        terminal.session("secrets --env dev get oauth-credentials google.client_id --json"),
        @r#"
    exit code 0
    --- stdout
    "an id"
    "#
    );
    // Now that they are there, the provider can be.
    assert_snapshot!(terminal.session("plan --env dev"), @r#"
    exit code 0
    --- stdout
    shop-dev in ap-northeast-1, account 123456789012, as arn:aws:iam::123456789012:user/ana

       ~  secret.oauth-credentials  updated
            tags.nk:holds  "" -> google
       +  identity-provider.google
            name             Google
            attributes       email email, username sub
            credentials      secret-shop-dev-oauth-credentials/arn
            credentials-key  google
            pool             user-pool-0001/id
            provider         google
            scopes           email, openid, profile
       ~  user-pool-client.main     updated
            providers  + @identity-provider.google.name

    3 resources: 1 to add, 2 to change, 0 to replace, 0 to destroy; 2 unchanged.
    Expected: 1.9 s, nine times in ten less than 2.9 s; about 16 calls. The critical path:
      secret.oauth-credentials -> identity-provider.google -> user-pool-client.main
    Costs $0.40 a month and about $0.00 by use, unchanged by this plan; `nk cost --env dev` shows how.
    Read in 9 calls, 0.1 s.
    "#);
    let _ = terminal.nk("apply --env dev --yes").with_code(0);
}

#[test]
fn a_secret_is_set_from_standard_input() {
    let terminal = shop();
    let line = "secrets --env dev set oauth-credentials google.client_id";
    assert_snapshot!(terminal.nk_on(piped("an id\nand more\n"), line).seen(), @r"
    exit code 0
    --- stderr
    set `google.client_id` in shop-dev-oauth-credentials
    ");
    assert_snapshot!(terminal.session("secrets --env dev get oauth-credentials google.client_id"), @r"
    exit code 0
    --- stdout
    an id
    ");
}

#[test]
fn what_is_set_is_data_too() {
    let terminal = shop();
    let line = "secrets --env dev set oauth-credentials google.client_id --json";
    assert_snapshot!(terminal.nk_on(piped("an id\n"), line).seen(), @r#"
    exit code 0
    --- stdout
    {
      "secret": "shop-dev-oauth-credentials",
      "set": "google.client_id"
    }
    "#);
}

#[test]
fn what_cannot_be_set_is_refused() {
    let terminal = shop();
    let refused = |key: &str, value: &str| {
        let line = format!("secrets --env dev set oauth-credentials {key}");
        terminal.nk_on(piped(value), &line).seen()
    };
    assert_snapshot!(refused("google.client_id", "\n"), @r"
    exit code 1
    --- stderr
    error: cannot read the secret value: it is empty

    hint: type it at the prompt, pipe it in, or name a file with `--from-file`
    ");
    assert_snapshot!(
        terminal.session("secrets --env dev set oauth-credentials google --from-file nowhere"),
        @r"
    exit code 1
    --- stderr
    error: cannot read the secret value: nowhere: No such file or directory (os error 2)

    hint: type it at the prompt, pipe it in, or name a file with `--from-file`
    "
    );
    let _ = refused("google.client_id", "an id");
    assert_snapshot!(refused("google.client_id.x", "a text"), @r"
    exit code 1
    --- stderr
    error: `google.client_id.x` does not fit into the secret `shop-dev-oauth-credentials`: `google.client_id` is a value

    hint: nothing was changed
    ");
    assert_snapshot!(refused("google", "a text"), @r"
    exit code 1
    --- stderr
    error: `google` does not fit into the secret `shop-dev-oauth-credentials`: there is more below it

    hint: nothing was changed
    ");
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let terminal = shop();
    assert_snapshot!(terminal.session("secrets --env dev get oauth"), @r"
    exit code 1
    --- stderr
    error: the stack file has no secret `oauth`

    hint: known: oauth-credentials
    ");
    assert_snapshot!(terminal.session("secrets --env dev get oauth-credentials line.client_id"), @r"
    exit code 1
    --- stderr
    error: the secret `shop-dev-oauth-credentials` has no key `line.client_id`
    ");
}

#[test]
fn a_secret_that_is_not_made_yet_has_nothing_to_read() {
    let terminal = terminal(&[("shop.toml", AUTH)]);
    assert_snapshot!(terminal.session("secrets --env dev get oauth-credentials"), @r"
    exit code 1
    --- stderr
    error: the secret `shop-dev-oauth-credentials` does not exist yet

    hint: `nk apply --env dev` makes it
    ");
}
