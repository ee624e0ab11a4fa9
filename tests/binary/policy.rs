//! Least privilege: the output of `nk iam-policy` is sufficient for nk, and nothing in it can be
//! left out.

#![expect(clippy::print_stderr, reason = "a long journey tells how far it is")]

#[path = "policy/journey.rs"]
mod journey;
#[path = "policy/worlds.rs"]
mod worlds;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use journey::{Journey, SHORTCUTS, beyond_shortcuts};
use nk_tests::{
    authority::Authority,
    proxy::Rule,
    topology::{STACK, rich},
};

/// The shipped stack file with only its users.
fn users() -> String {
    let start = STACK.find("[auth]").unwrap();
    let end = start + STACK[start..].find("\n[load-balancer]").unwrap();
    let head = &STACK[..STACK.find("[network]").unwrap()];
    format!("{head}{}", &STACK[start..end])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_comes_and_goes_with_exactly_its_policies() {
    for environment in ["dev", "prod"] {
        let mut journey = Journey::begin(environment, false).await;
        journey.write(STACK);
        let _ = journey.plan().await;
        let _ = journey.apply().await;
        let _ = journey.plan().await;
        let _ = journey.destroy().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_stack_s_cannot_be_touched() {
    let mut journey = Journey::begin("dev", false).await;
    journey.write(STACK);
    let _ = journey.apply().await;
    let policy = journey.policy("destroy").await;
    let others = Arc::new(Authority::new(policy, "neuraKnot-prod", BTreeSet::new()));
    journey.rig.proxy.set_rule(Arc::clone(&others) as Arc<dyn Rule>);
    let arguments = ["destroy", "--env", "dev", "--yes", "--unprotect"];
    let said = journey.rig.nk(&arguments).await;
    assert_ne!(said.code, Some(0));
    let refused = others.seen().refused.join("\n");
    assert!(refused.contains("ec2:DescribeVpcAttribute"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_saves_calls_changes_nothing_else() {
    let mut journey = Journey::begin("dev", false).await;
    journey.write(STACK);
    let _ = journey.apply().await;
    let mut calls = Vec::new();
    for options in [&[][..], &["--fewer-calls"]] {
        let policy = journey.policy_with("plan", options).await;
        journey.rig.proxy.take();
        let plan = ["plan", "--env", "dev", "--detailed-exitcode"];
        let (said, seen) = journey.attempt(&policy, &plan, BTreeSet::new()).await;
        assert_eq!((said.code, beyond_shortcuts(&seen)), (Some(0), Vec::new()), "{}", said.err);
        assert_eq!(seen.refused.is_empty(), !options.is_empty(), "{options:?}: {:?}", seen.refused);
        calls.push(journey.rig.proxy.take().len());
        // What is no longer desired is found either way.
        journey.write(&STACK.replace("monitoring  = \"60s\"", "monitoring  = \"0s\""));
        let (said, _) = journey.attempt(&policy, &plan, BTreeSet::new()).await;
        let goes = |line: &str| line.trim_start().starts_with("- ") && line.contains("role.rds");
        assert!(said.out.lines().any(goes), "{}\n{}", said.out, said.err);
        journey.write(STACK);
    }
    eprintln!("a plan without and with what saves calls: {calls:?} calls");
    assert!(calls[1] + SHORTCUTS.len() < calls[0], "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_users_are_all_there_is_only_the_index_tells() {
    let mut journey = Journey::begin("dev", false).await;
    journey.write(&users());
    let _ = journey.apply().await;
    let policy = journey.policy("plan").await;
    let index = BTreeSet::from(["tag:GetResources".to_owned()]);
    let (said, seen) = journey.attempt(&policy, &["plan", "--env", "dev"], index.clone()).await;
    assert_eq!((said.code, &seen.missed), (Some(1), &index), "{}\n{}", said.out, said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_action_taken_out_makes_a_run_fail() {
    let mut journey = Journey::begin("prod", true).await;
    journey.name_a_certificate().await;
    journey.write(&rich());
    let _ = journey.plan().await;
    let _ = journey.apply().await;
    journey.plan_meanwhile().await;
    journey.fail_to_deploy().await;
    journey.others_deploy().await;
    journey.apply_beside_another().await;
    journey.change(&[]).await;
    for provider in ["google", "line", "x"] {
        for key in ["client_id", "client_secret"] {
            journey.set_secret(&format!("{provider}.{key}"), "a-value").await;
        }
    }
    let _ = journey.apply().await;
    let id = journey.rig.write("id", "another");
    let id = id.to_str().unwrap().to_owned();
    let set = ["secrets", "set", "oauth-credentials", "google.client_id", "--from-file", &id];
    let _ = journey.go("", &set).await;
    let drifts: Vec<serde_json::Value> =
        serde_json::from_str(&journey.meddle(&["list"]).await).unwrap();
    let layers = drifts.iter().filter_map(|drift| drift["layer"].as_u64()).max().unwrap();
    for layer in 0..=layers {
        let _ = journey.meddle(&["drift", &layer.to_string()]).await;
        journey.mend().await;
    }
    let _ = journey.meddle(&["do", "take-domain"]).await;
    journey.mend().await;
    let zone = "\"10.0.20.0/24\" },\n  { name = \"ap-northeast-1d\", public = \"10.0.4.0/24\", \
                private = \"10.0.40.0/24\" },";
    journey.change(&[("\"10.0.20.0/24\" },", zone)]).await;
    journey.change(&[("\"per-zone\"", "\"single\""), ("\"8192\"", "\"4096\"")]).await;
    journey.change(&[("\"10.0.20.0/24\"", "\"10.0.21.0/24\"")]).await;
    journey
        .change(&[(
            "parameters  = { work_mem = \"8192\" }",
            "parameters = { max_connections = \"90\" }",
        )])
        .await;
    journey
        .change(&[("providers = [\"google\", \"line\", \"x\"]", "providers = [\"line\"]")])
        .await;
    journey.change(&[("calls = [\"python-ai\"]", "calls = []"), ("\"60s\"", "\"0s\"")]).await;
    journey.change(&[("keep = \"90d\"", "keep = \"forever\"")]).await;
    journey.change(&[]).await;
    journey.push("backend-go").await;
    journey.destroy_meanwhile().await;
    let _ = journey.apply().await;
    let _ = journey.destroy().await;
    // An apply also deletes what is not protected.
    journey.environment = "dev";
    journey.leave_the_users(&users()).await;

    assert_eq!(journey.unproven(), BTreeMap::new());
}
