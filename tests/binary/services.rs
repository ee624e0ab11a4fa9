//! Others that change a service: what scales it, who deploys to it, and ECS, which rolls back.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use nk_model::Action;
use nk_tests::{
    planned::shown,
    proxy::{Call, Deployments, STOPPED, Transparent, deployment, failing},
    rig::{Rig, Said},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

const REGION: &str = "ap-northeast-1";
const SERVICE: &str = "shop-dev-web";

/// What a service runs, according to `deploy.py`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Running {
    revision: u32,
    image: String,
    cpu: String,
    count: u32,
}

/// A stack with one service of this size.
fn write(rig: &Rig, cpu: u32) {
    let text = format!(
        "project = \"shop\"\nregion = \"{REGION}\"\n\n\
         [network]\ncidr = \"10.0.0.0/16\"\nnat = \"none\"\n\
         zones = [{{ name = \"{REGION}a\", public = \"10.0.1.0/24\", private = \"10.0.10.0/24\" }}]\n\n\
         [services.web]\ncpu = {cpu}\nmemory = 1024\nport = 8080\n"
    );
    rig.write("stacks/shop.toml", &text);
}

/// An applied stack, and its output.
async fn stand() -> (Rig, Said) {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    write(&rig, 256);
    let said = rig.apply("dev").await.with_code(0);
    (rig, said)
}

/// Does something behind nk's back.
async fn deploy(rig: &Rig, arguments: &[&str]) -> Running {
    let arguments = [&[rig.emulator.as_str(), REGION, SERVICE], arguments].concat();
    serde_json::from_str(&rig.python("deploy.py", &arguments).await).unwrap()
}

async fn nothing_to_do(rig: &Rig) {
    let plan = rig.plan("dev").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_scales_a_service_owns_its_count() {
    let (rig, _) = stand().await;
    let scaled = deploy(&rig, &["scale", "5"]).await;
    assert_eq!((scaled.count, scaled.cpu.as_str()), (5, "256"));
    nothing_to_do(&rig).await;
    write(&rig, 512);
    let _ = rig.apply("dev").await.with_code(0);
    let larger = deploy(&rig, &["look"]).await;
    assert_eq!((larger.count, larger.cpu.as_str()), (5, "512"));
    nothing_to_do(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_deployed_by_others_stays() {
    let (rig, _) = stand().await;
    let theirs = deploy(&rig, &["image", "registry.example/web:v2"]).await;
    // Its tags do not show to whom the revision belongs; only they are changed.
    let plan = rig.plan("dev").await;
    let steps: Vec<_> =
        plan.steps.iter().map(|step| (step.address.as_str(), step.action)).collect();
    assert_eq!(steps, [("task-definition.web", Action::Update)]);
    assert!(plan.steps[0].changes.iter().all(|change| change.field() == "tags"));
    let _ = rig.apply("dev").await.with_code(0);
    assert_eq!(deploy(&rig, &["look"]).await, theirs);
    nothing_to_do(&rig).await;

    write(&rig, 512);
    let _ = rig.apply("dev").await.with_code(0);
    let ours = Running { revision: theirs.revision + 1, cpu: "512".into(), ..theirs };
    assert_eq!(deploy(&rig, &["look"]).await, ours);
    nothing_to_do(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_revision_stays_deployed_and_hands_its_image_on() {
    let (rig, _) = stand().await;
    let first = deploy(&rig, &["image", "registry.example/web:good"]).await;
    let _ = rig.apply("dev").await.with_code(0);
    let bad = deploy(&rig, &["image", "registry.example/web:bad"]).await;
    let back = deploy(&rig, &["back", &first.revision.to_string()]).await;
    assert_eq!(back, first);
    nothing_to_do(&rig).await;
    let _ = rig.apply("dev").await.with_code(0);
    assert_eq!(deploy(&rig, &["look"]).await, first);

    write(&rig, 512);
    let _ = rig.apply("dev").await.with_code(0);
    let ours = Running { revision: bad.revision + 1, cpu: "512".into(), ..first };
    assert_eq!(deploy(&rig, &["look"]).await, ours);
    nothing_to_do(&rig).await;
}

fn definition(rig: &Rig, revision: u32) -> String {
    format!("arn:aws:ecs:{REGION}:{}:task-definition/{SERVICE}:{revision}", rig.account_id())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_waited_for_where_there_is_an_image() {
    let (rig, said) = stand().await;
    nothing_to_do(&rig).await;

    // Without an image nothing runs, but the apply does not fail.
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let starting = move |call: &Call, service: &mut Json| {
        let looks = match call.operation.as_str() {
            "DescribeServices" => counted.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
        // The look of the plan, and two after the update.
        if looks < 3 {
            service["deployments"][0]["rolloutState"] = json!("IN_PROGRESS");
            service["runningCount"] = json!(0);
        }
    };
    rig.proxy.set_rule(Arc::new(Deployments { edit: starting, stopped: None }));
    write(&rig, 512);
    let missing = rig.apply("dev").await.with_code(0);
    let push = "service.web: it has no image yet; push ";
    assert!(missing.err.contains(push), "{}", missing.err);
    assert!(!said.err.contains(push), "{}", said.err);

    let _ = rig.python("push.py", &[&rig.emulator, REGION, SERVICE]).await;
    looks.store(0, Ordering::Relaxed);
    write(&rig, 256);
    let waited = rig.apply("dev").await.with_code(0);
    assert!(waited.err.contains("deployment in progress: 0 of 1 running"), "{}", waited.err);
    assert!(!waited.err.contains(push), "{}", waited.err);
    assert!(looks.load(Ordering::Relaxed) > 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_stop_after_their_deployment_are_nothing_to_deploy() {
    let (rig, _) = stand().await;
    let _ = rig.python("push.py", &[&rig.emulator, REGION, SERVICE]).await;
    let stopping = |_: &Call, service: &mut Json| service["runningCount"] = json!(0);
    rig.proxy.set_rule(Arc::new(Deployments { edit: stopping, stopped: None }));
    nothing_to_do(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_fails_says_why() {
    let (rig, _) = stand().await;
    let _ = rig.python("push.py", &[&rig.emulator, REGION, SERVICE]).await;
    let [old, new] = [definition(&rig, 1), definition(&rig, 2)];
    let rolling_back =
        vec![deployment("PRIMARY", &old, "IN_PROGRESS"), deployment("ACTIVE", &new, "FAILED")];
    rig.proxy.set_rule(Arc::new(failing(&old, &new, rolling_back)));
    write(&rig, 512);
    let failed = rig.apply("dev").await.with_code(3);
    for words in [
        "ECS deployment circuit breaker: tasks failed to start.",
        STOPPED,
        "(service shop-dev-web) deployment failed: tasks failed to start.",
    ] {
        assert!(failed.err.contains(words), "{words}: {}", failed.err);
    }
    rig.proxy.set_rule(Arc::new(Transparent));
    nothing_to_do(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_nk_has_not_seen_says_why_as_well() {
    let (rig, _) = stand().await;
    let _ = rig.python("push.py", &[&rig.emulator, REGION, SERVICE]).await;
    let [old, new] = [definition(&rig, 1), definition(&rig, 2)];
    let rolled_back = vec![deployment("PRIMARY", &old, "COMPLETED")];
    rig.proxy.set_rule(Arc::new(failing(&old, &new, rolled_back)));
    write(&rig, 512);
    let mut apply = rig.command(&["apply", "--env", "dev", "--yes"]);
    // An answer with another value than the desired one is believed only after a while.
    let failed = apply.env("NK_LOCAL_SPEED", "30").output().await.unwrap();
    assert_eq!(failed.status.code(), Some(3));
    let failed = String::from_utf8_lossy(&failed.stderr);
    for words in [
        &format!("the service runs {SERVICE}:1"),
        STOPPED,
        "(service shop-dev-web) deployment failed: tasks failed to start.",
    ] {
        assert!(failed.contains(words), "{words}: {failed}");
    }
}
