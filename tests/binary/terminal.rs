//! Terminal sessions: what a person sees of the real nk, without any AWS or emulator.

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
    assert_snapshot!(terminal().session("-h"), @"");
}

#[test]
fn the_version_is_one_line() {
    assert_snapshot!(terminal().session("--version"), @"");
}

#[test]
fn without_a_command_there_is_help() {
    assert!(terminal().session("").starts_with("exit code 1\n--- stderr\nMakes AWS match"));
}

#[test]
fn a_good_stack_file_is_valid_in_every_environment() {
    assert_snapshot!(terminal().session("validate"), @"");
}

#[test]
fn a_wrong_stack_file_is_shown_with_every_mistake_marked() {
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", WRONG)]);
    assert_snapshot!(terminal.session("validate --env dev"), @"");
}

#[test]
fn mistakes_are_data_too() {
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[("shop.toml", WRONG)]);
    assert_snapshot!(terminal.session("validate --env dev --json"), @"");
}

#[test]
fn an_unknown_environment_is_pointed_at() {
    assert_snapshot!(terminal().session("plan --env staging"), @"");
}

#[test]
fn without_an_environment_the_known_ones_are_named() {
    assert_snapshot!(terminal().session("plan"), @"");
}

#[test]
fn another_region_in_the_environment_is_not_overlooked() {
    let variables = [("AWS_REGION", "us-east-1")];
    assert_snapshot!(terminal().session_with("show --env dev", &variables), @"");
}

#[test]
fn of_several_stack_files_one_is_to_be_named() {
    let stacks = [("a.toml", STACK), ("b.toml", STACK)];
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &stacks);
    assert_snapshot!(terminal.session("plan --env dev"), @"");
}

#[test]
fn without_a_stack_file_the_option_is_named() {
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk"), &[]);
    assert_snapshot!(terminal.session("plan --env dev"), @"");
}

#[test]
fn a_stack_file_that_is_not_there_is_named() {
    assert_snapshot!(terminal().session("plan --env dev --stack nowhere.toml"), @"");
}

#[test]
fn show_prints_every_resource() {
    assert_snapshot!(terminal().session("show --env dev"), @"");
}

#[test]
fn what_costs_nothing_costs_zero() {
    assert_snapshot!(terminal().session("cost --env dev"), @"");
}

#[test]
fn the_cost_is_a_line_each_and_a_sum() {
    assert_snapshot!(terminal().session("cost --env prod"), @"");
}

#[test]
fn the_cost_is_data_too() {
    assert_snapshot!(terminal().session("cost --env dev --json"), @"");
}

#[test]
fn without_credentials_there_is_one_clear_error() {
    assert_snapshot!(terminal().session("plan --env dev"), @"");
}

#[test]
fn an_apply_without_credentials_is_no_different() {
    let session = terminal().session("apply --env dev");
    assert_eq!(session, terminal().session("plan --env dev"));
}

#[test]
fn missing_credentials_are_data_too() {
    assert_snapshot!(terminal().session("plan --env dev --json"), @"");
}

#[test]
fn nobody_at_the_endpoint_is_said_at_once() {
    let variables = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
    ];
    assert_snapshot!(terminal().session_with("plan --env dev", &variables), @"");
}

#[test]
fn local_does_not_go_elsewhere() {
    let variables = [("AWS_ENDPOINT_URL", "http://example.com:4566")];
    assert_snapshot!(terminal().session_with("apply --local --yes --env dev", &variables), @"");
}

#[test]
fn a_slip_in_a_command_is_answered_with_the_likely_one() {
    assert_snapshot!(terminal().session("plna"), @"");
}

#[test]
fn a_secret_value_is_no_argument() {
    assert_snapshot!(terminal().session("secrets set a b c"), @"");
}

#[test]
fn a_number_out_of_range_is_named() {
    assert_snapshot!(terminal().session("apply --parallelism 0"), @"");
}

#[test]
fn a_closed_standard_output_is_no_reason_to_panic() {
    for line in ["show --env dev", "cost --env prod", "--help", "show --env dev --json"] {
        let mut child = terminal()
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
