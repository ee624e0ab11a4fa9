//! Terminal sessions: what a person sees of the real nk, without AWS or an emulator.

#[path = "terminal/shown.rs"]
mod shown;

use std::process::Stdio;

use insta::assert_snapshot;
use nk_tests::terminal::Terminal;

const STACK: &str = r#"project = "shop"
region  = "ap-northeast-1"

[network]
cidr  = "10.0.0.0/16"
nat   = "none"
zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" }]

[env.prod]
network.nat = "single"
"#;

const WRONG: &str = r#"project = "shop"
region  = "ap-northeast-1"

[network]
cidr  = "10.0.0.0/33"
nat   = "per-zones"
zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", privat = "10.0.10.0/24" }]
"#;

fn terminal() -> Terminal {
    Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", STACK)])
}

#[test]
fn help_fits_a_screen() {
    assert_snapshot!(terminal().session("-h"), @r#"
    exit code 0
    --- stdout
    Makes AWS match a stack file, and keeps no state file: AWS is the state

    Usage: nk [OPTIONS] <COMMAND>

    Commands:
      plan        Show what an apply would do, without changing anything
      apply       Make AWS match the stack file
      destroy     Remove everything of the environment
      show        Show the stack file expanded into resources, offline
      graph       Draw what depends on what: the stack file, a plan, or a run that is over
      validate    Check the stack file, offline; every environment unless one is named
      output      Print what a deployment needs to know: addresses, ids, names
      secrets     Read or write what the stack's secrets hold
      cost        Estimate what the environment costs a month, offline
      iam-policy  Print the smallest IAM policy with which nk can do its work, offline
      unlock      Remove the lock that a run has left behind
      local       Start, stop, empty or describe the emulator of `--local`
      help        Print this message or the help of the given subcommand(s)

    Options:
          --env <NAME>      The environment of the stack file [env: ENVIRONMENT=]
          --stack <FILE>    The stack file; by default the only one in `stacks/`
          --local           Work on an emulator that nk starts on this machine, without an account [env:
                            NK_LOCAL=]
          --profile <NAME>  A profile of the shared AWS configuration
          --json            Print JSON: one object a line for what happens, one document for everything
                            else
      -v, --verbose...      Log every AWS call; twice for everything (or set `NK_LOG`)
          --color <WHEN>    When to use colour [default: auto] [possible values: auto, always, never]
      -h, --help            Print help (see more with '--help')
      -V, --version         Print version

    Exit codes:
      0    done, or nothing to do
      1    failed; what was done before is kept
      2    `plan --detailed-exitcode`: there is something to do
      3    some steps failed, the others are done
      4    the stack file has mistakes
      130  interrupted; the same command goes on from there
    "#);
}

#[test]
fn the_version_is_one_line() {
    assert_snapshot!(terminal().session("--version"), @r#"
    exit code 0
    --- stdout
    nk 0.1.0
    "#);
}

#[test]
fn without_a_command_there_is_help() {
    assert!(terminal().session("").starts_with("exit code 1\n--- stderr\nMakes AWS match"));
}

#[test]
fn a_good_stack_file_is_valid_in_every_environment() {
    assert_snapshot!(terminal().session("validate"), @r#"
    exit code 0
    --- stderr
    shop-dev: 6 resources, no mistakes
    shop-prod: 8 resources, no mistakes
    "#);
}

#[test]
fn what_is_valid_is_data_too() {
    assert_snapshot!(terminal().session("validate --env prod --json"), @r#"
    exit code 0
    --- stdout
    {
      "valid": [
        {
          "resources": 8,
          "stack": {
            "environment": "prod",
            "project": "shop"
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_wrong_stack_file_is_shown_with_every_mistake_marked() {
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", WRONG)]);
    let said = terminal.session("validate --env dev");
    assert_eq!(terminal.session("plan"), said, "which environment is meant does not matter");
    assert_snapshot!(said, @r#"
    exit code 4
    --- stderr
    error: 4 mistakes in `stacks/shop.toml`

      × `network.cidr` must be an IPv4 address range such as `"10.0.0.0/16"`
       ╭─[stacks/shop.toml:5:9]
     4 │ [network]
     5 │ cidr  = "10.0.0.0/33"
       ·         ──────┬──────
       ·               ╰── `10.0.0.0/33` is not
     6 │ nat   = "per-zones"
       ╰────

      × `network.nat` must be `"per-zone"`, `"single"` or `"none"`
       ╭─[stacks/shop.toml:6:9]
     5 │ cidr  = "10.0.0.0/33"
     6 │ nat   = "per-zones"
       ·         ─────┬─────
       ·              ╰── `per-zones` is not
     7 │ zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", privat = "10.0.10.0/24" }]
       ╰────
      help: did you mean `"per-zone"`?

      × `network.zones.private` is missing
       ╭─[stacks/shop.toml:7:10]
     6 │ nat   = "per-zones"
     7 │ zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", privat = "10.0.10.0/24" }]
       ·          ──────────────────────────────────────┬──────────────────────────────────────
       ·                                                ╰── missing in this table
       ╰────
      help: it must be an IPv4 address range such as `"10.0.0.0/16"`

      × unknown key `privat` in `network.zones`
       ╭─[stacks/shop.toml:7:62]
     6 │ nat   = "per-zones"
     7 │ zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", privat = "10.0.10.0/24" }]
       ·                                                              ───┬──
       ·                                                                 ╰── unknown key
       ╰────
      help: did you mean `private`? known keys: `name`, `public`, `private`
    "#);
}

#[test]
fn mistakes_are_data_too() {
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", WRONG)]);
    assert_snapshot!(terminal.session("validate --env dev --json"), @r#"
    exit code 4
    --- stderr
    {"event":"error","error":"the stack file has mistakes","causes":["5:9: unknown key `network.cidr` must be an IPv4 address range such as `\"10.0.0.0/16\"`","6:9: `network.nat` must be `\"per-zone\"`, `\"single\"` or `\"none\"`","7:10: `network.zones.private` is missing","7:62: `privat` in `network.zonesunknown key `"],"hint":null,"mistakes":[{"column":9,"file":"stacks/shop.toml","label":"`10.0.0.0/33` is not","length":13,"line":5,"message":"`network.cidr` must be an IPv4 address range such as `\"10.0.0.0/16\"`","offset":63},{"column":9,"file":"stacks/shop.toml","help":"did you mean `\"per-zone\"`?","label":"`per-zones` is not","length":11,"line":6,"message":"`network.nat` must be `\"per-zone\"`, `\"single\"` or `\"none\"`","offset":85},{"column":10,"file":"stacks/shop.toml","help":"it must be an IPv4 address range such as `\"10.0.0.0/16\"`","label":"missing in this table","length":77,"line":7,"message":"`network.zones.private` is missing","offset":106},{"column":62,"file":"stacks/shop.toml","help":"did you mean `private`? known keys: `name`, `public`, `private`","label":"unknown key","length":6,"line":7,"message":"`privat` in `network.zones`","offset":158}]}
    "#);
}

#[test]
fn an_unknown_environment_is_pointed_at() {
    assert_snapshot!(terminal().session("plan --env staging"), @r#"
    exit code 4
    --- stderr
    error: 1 mistake in `stacks/shop.toml`

      × there is no environment `staging`
        ╭─[stacks/shop.toml:9:2]
      8 │
      9 │ [env.prod]
        ·  ─┬─
        ·   ╰── `[env.staging]` is missing
     10 │ network.nat = "single"
        ╰────
      help: environments: `prod`, `dev`
    "#);
}

#[test]
fn without_an_environment_the_known_ones_are_named() {
    assert_snapshot!(terminal().session("plan"), @r#"
    exit code 4
    --- stderr
    error: no environment is given

    hint: use `--env` or set ENVIRONMENT; the stack file has: dev, prod
    "#);
}

#[test]
fn another_region_in_the_environment_is_not_overlooked() {
    let variables = [("AWS_REGION", "us-east-1")];
    let said = terminal().session_with("show --env dev", &variables);
    assert_eq!(said, terminal().session_with("validate", &variables));
    assert_snapshot!(said, @r#"
    exit code 1
    --- stderr
    error: AWS_REGION is us-east-1, but the region in the stack file is ap-northeast-1

    hint: set AWS_REGION=ap-northeast-1, or change `region` in the stack file
    "#);
}

#[test]
fn of_several_stack_files_one_is_to_be_named() {
    let stacks = [("a.toml", STACK), ("b.toml", STACK)];
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &stacks);
    assert_snapshot!(terminal.session("plan --env dev"), @r#"
    exit code 4
    --- stderr
    error: there are several stack files in `stacks/`

    hint: choose one with `--stack`: stacks/a.toml, stacks/b.toml
    "#);
}

#[test]
fn without_a_stack_file_the_option_is_named() {
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[]);
    assert_snapshot!(terminal.session("plan --env dev"), @r#"
    exit code 4
    --- stderr
    error: there is no stack file in `stacks/`

    hint: choose one with `--stack`
    "#);
}

#[test]
fn a_stack_file_that_is_not_there_is_named() {
    assert_snapshot!(terminal().session("plan --env dev --stack nowhere.toml"), @r#"
    exit code 4
    --- stderr
    error: could not read the stack file `nowhere.toml`: No such file or directory (os error 2)
    "#);
}

#[test]
fn without_credentials_there_is_one_clear_error() {
    assert_snapshot!(terminal().session("plan --env dev"), @r#"
    exit code 1
    --- stderr
    error: could not connect to AWS in ap-northeast-1
      sts:GetCallerIdentity was not sent: no credentials found

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
    {"event":"error","error":"could not connect to AWS in ap-northeast-1","causes":["sts:GetCallerIdentity was not sent: no credentials found"],"hint":"sign in (`aws sso login`) or choose a profile (`--profile`), and run the same command again; `--local` needs no account","cloud":[{"operation":"sts:GetCallerIdentity","code":null,"message":"no credentials found","request-id":null,"nature":"credentials"}]}
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
      sts:GetCallerIdentity could not be sent: io error: client error (Connect): tcp connect error: Connection refused (os error 111)

    hint: check the network, the region, and AWS_ENDPOINT_URL if it is set
    "#);
}

#[test]
fn local_does_not_go_elsewhere() {
    let variables = [("AWS_ENDPOINT_URL", "http://example.com:4566")];
    assert_snapshot!(terminal().session_with("apply --local --yes --env dev", &variables), @r#"
    exit code 1
    --- stderr
    error: `--local` uses an emulator on this machine, but AWS_ENDPOINT_URL is http://example.com:4566

    hint: unset AWS_ENDPOINT_URL, or omit `--local`
    "#);
}

#[test]
fn a_slip_in_a_command_is_answered_with_the_likely_one() {
    assert_snapshot!(terminal().session("plna"), @r#"
    exit code 1
    --- stderr
    error: unrecognized subcommand 'plna'

      tip: a similar subcommand exists: 'plan'

    Usage: nk [OPTIONS] <COMMAND>

    For more information, try '--help'.
    "#);
}

#[test]
fn a_secret_value_is_no_argument() {
    assert_snapshot!(terminal().session("secrets set a b c"), @r#"
    exit code 1
    --- stderr
    error: unexpected argument 'c' found

    Usage: nk secrets set [OPTIONS] <NAME> <KEY>

    For more information, try '--help'.
    "#);
}

#[test]
fn a_number_out_of_range_is_named() {
    assert_snapshot!(terminal().session("apply --parallelism 0"), @r#"
    exit code 1
    --- stderr
    error: invalid value '0' for '--parallelism <N>': 0 is not in 1..=65535

    For more information, try '--help'.
    "#);
}

#[test]
fn a_closed_standard_output_is_no_reason_to_panic() {
    for line in ["show --env dev", "cost --env prod", "--help", "show --env dev --json"] {
        let terminal = terminal();
        let mut child = terminal
            .command(line, &[])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), error.as_ref()), (Some(0), ""), "nk {line}");
    }
}
