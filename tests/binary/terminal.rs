//! Terminal sessions of the real nk: what it says where there is no AWS to be had, and one whole
//! session with an emulator. All others are with the simulated cloud, in `crates/nk-sessions`.

use insta::{Settings, assert_snapshot};
use nk_tests::{rig::Rig, terminal::Terminal};

const STACK: &str = r#"project = "shop"
region  = "ap-northeast-1"

[network]
cidr  = "10.0.0.0/16"
nat   = "none"
zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" }]
"#;

fn terminal() -> Terminal {
    Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", STACK)])
}

#[test]
fn without_credentials_there_is_one_clear_error() {
    assert_snapshot!(terminal().session("plan --env dev"), @r#"
    exit code 1
    --- stderr
    error: could not connect to AWS in ap-northeast-1
      sts:GetCallerIdentity was not sent: no credentials were found

    hint: sign in (`aws sso login`) or choose a profile (`--profile`), and run the same command again; `--local` needs no account
    "#);
}

#[test]
fn an_apply_without_credentials_is_no_different() {
    let session = terminal().session("apply --env dev");
    assert_eq!(session, terminal().session("plan --env dev"));
}

#[test]
fn missing_credentials_are_data_too() {
    assert_snapshot!(terminal().session("plan --env dev --json"), @r#"
    exit code 1
    --- stderr
    {"event":"error","error":"could not connect to AWS in ap-northeast-1","causes":["sts:GetCallerIdentity was not sent: no credentials were found"],"hint":"sign in (`aws sso login`) or choose a profile (`--profile`), and run the same command again; `--local` needs no account","cloud":[{"operation":"sts:GetCallerIdentity","code":null,"message":"no credentials were found","request-id":null,"nature":"credentials"}]}
    "#);
}

#[test]
fn nobody_at_the_endpoint_is_said_at_once() {
    let variables = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
    ];
    assert_snapshot!(terminal().session_with("plan --env dev", &variables), @r#"
    exit code 1
    --- stderr
    error: could not connect to AWS in ap-northeast-1
      sts:GetCallerIdentity reached nobody: io error: client error (Connect): tcp connect error: Connection refused (os error 111)

    hint: check the network, the region, and AWS_ENDPOINT_URL if it is set
    "#);
}

/// Names in snapshots what an emulator makes up and what takes as long as it takes.
fn filters() -> Settings {
    let mut settings = Settings::clone_current();
    settings.add_filter(r"\b(vpc|subnet|igw|rtb)-[0-9a-f]{17}\b", "$1-[id]");
    settings.add_filter(r"127\.0\.0\.1:\d+", "[emulator]");
    settings.add_filter(r"(?m)^ *\d+\.\d s", "  [time]");
    settings.add_filter(r"\d+(\.\d+)? s\b", "[time]");
    settings.add_filter(r"\d+ calls", "[n] calls");
    settings
}

/// What a person meets first: a network comes, is as it should be, and goes. One step at a time, so
/// that the order is always the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_network_comes_and_goes() {
    let _filters = filters().bind_to_scope();
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/shop.toml", STACK);
    let session = async |line: &str| rig.nk(&line.split(' ').collect::<Vec<_>>()).await.seen();
    assert_snapshot!(session("apply --env dev --yes --parallelism 1").await, @"");
    assert_snapshot!(session("plan --env dev --detailed-exitcode").await, @"");
    assert_snapshot!(session("destroy --env dev --yes --parallelism 1").await, @"");
}
