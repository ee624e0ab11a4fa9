//! What a destroy leaves is reported before and after; what an interrupted run has left is deleted
//! by the next.

use std::sync::Arc;

use nk_model::Action;
use nk_tests::{
    planned::shown,
    proxy::{Before, Call, Refusal, Rule, Transparent},
    rig::Rig,
};

const NETWORK: &str = r#"
project = "shop"
region  = "ap-northeast-1"

[network]
cidr  = "10.0.0.0/16"
nat   = "none"
zones = [
  { name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" },
  { name = "ap-northeast-1c", public = "10.0.2.0/24", private = "10.0.20.0/24" },
]
"#;
const DATABASE: &str = r#"
[database]
engine  = "postgres"
version = "15.4"
class   = "db.t3.micro"
storage = { initial = "20GB", limit = "100GB" }
"#;
const SERVICE: &str = "\n[services.web]\ncpu = 256\nmemory = 512\nport = 8080\n";
const DESTROY: [&str; 4] = ["destroy", "--env", "dev", "--yes"];

async fn stand(text: &str) -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/shop.toml", text);
    let _ = rig.apply("dev").await.with_code(0);
    rig.proxy.take();
    rig
}

/// The text between these two, at its first occurrence.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(between, _)| between)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_snapshot_that_is_left_has_a_name_beforehand() {
    let rig = stand(&format!("{NETWORK}{DATABASE}final-snapshot = true\n")).await;
    let gone = rig.nk(&DESTROY).await.with_code(0);
    let name = between(&gone.out, "a final snapshot remains: `", "`").expect(&gone.out);
    assert!(name.starts_with("shop-dev-db-final-20"), "{name}");
    let after = format!("note: db-instance.main: a final snapshot remains: `{name}`");
    assert!(gone.err.contains(&after), "{}", gone.err);
    let restored = "can be restored for 7 days, which an apply does; after that its value is lost";
    assert!(gone.out.contains(restored) && gone.err.contains(restored), "{}", gone.err);
    let calls = rig.proxy.take();
    let deletes = calls.iter().find(|call| call.name() == "rds:DeleteDBInstance").unwrap();
    let asked = format!("FinalDBSnapshotIdentifier={name}");
    let digits: Vec<_> = asked.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(deletes.body.contains(&digits.concat()), "{}", deletes.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_without_a_snapshot_is_said_to_be_lost() {
    let rig = stand(&format!("{NETWORK}{DATABASE}")).await;
    let gone = rig.nk(&DESTROY).await.with_code(0);
    let lost = "its data is lost, without a final snapshot";
    assert!(gone.out.contains(lost) && gone.err.contains(lost), "{}\n{}", gone.out, gone.err);
}

/// Nobody deletes revisions that are deregistered, as if a run ended in between.
struct Kept;

impl Rule for Kept {
    fn before(&self, call: &Call) -> Before {
        if call.operation == "DeleteTaskDefinitions" {
            Before::Refuse(Refusal::new(400, "AccessDeniedException", "not now"))
        } else {
            Before::Pass
        }
    }
}

/// Runs a command that leaves its revisions, then again; returns the calls of the second run.
async fn again(rig: &Rig, command: &[&str]) -> Vec<String> {
    rig.proxy.set_rule(Arc::new(Kept));
    let first = rig.nk(command).await.with_code(3);
    assert!(first.err.contains("ecs:DeleteTaskDefinitions"), "{}", first.err);
    rig.proxy.set_rule(Arc::new(Transparent));
    rig.proxy.take();
    let second = rig.nk(command).await.with_code(0);
    assert!(second.out.contains("task-definition.web"), "{}", second.out);
    let third = rig.nk(command).await.with_code(0);
    assert!(third.out.contains("Nothing to do"), "{}", third.out);
    rig.proxy.take().into_iter().filter(|call| call.changes).map(|call| call.name()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_revision_is_deleted_by_the_next_destroy() {
    let rig = stand(&format!("{NETWORK}{SERVICE}")).await;
    let calls = again(&rig, &DESTROY).await;
    let deletes = |name: &&String| *name == "ecs:DeleteTaskDefinitions";
    assert_eq!(calls.iter().filter(deletes).count(), 1, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_revision_of_a_service_that_is_gone_is_deleted_by_the_next_apply() {
    let rig = stand(&format!("{NETWORK}{SERVICE}")).await;
    rig.write("stacks/shop.toml", NETWORK);
    let calls = again(&rig, &["apply", "--env", "dev", "--yes"]).await;
    assert!(calls.iter().any(|name| name == "ecs:DeleteTaskDefinitions"), "{calls:?}");

    // One that is desired again is history, and nothing has to be done.
    rig.write("stacks/shop.toml", &format!("{NETWORK}{SERVICE}"));
    let _ = rig.apply("dev").await.with_code(0);
    rig.proxy.set_rule(Arc::new(Kept));
    let _ = rig.nk(&DESTROY).await.with_code(3);
    rig.proxy.set_rule(Arc::new(Transparent));
    let plan = rig.plan("dev").await;
    assert!(plan.steps.iter().all(|step| step.action == Action::Create), "{:?}", shown(&plan));
}
