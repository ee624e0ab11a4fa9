//! What belongs to others: never adopted, changed or removed, and never in a plan.

use std::collections::BTreeSet;

use nk_tests::{
    planned::shown,
    rig::{Rig, Said},
};
use serde_json::Value as Json;

const STACK: &str = include_str!("../../stacks/neuraknot.toml");

async fn rig(instance: &str) -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto", instance).await;
    let _ = rig.write("stacks/neuraknot.toml", STACK);
    rig
}

async fn strangers(rig: &Rig, arguments: &[&str]) -> Json {
    let arguments = [&[&rig.emulator, "ap-northeast-1", "neuraKnot-dev"], arguments].concat();
    serde_json::from_str(&rig.python("strangers.py", &arguments).await).unwrap()
}

/// The calls since the last time that change something, but for the lock's.
fn changing(rig: &Rig) -> Vec<String> {
    let calls = rig.proxy.take().into_iter().filter(|call| call.changes);
    calls.map(|call| call.name()).filter(|name| !name.starts_with("ssm:")).collect()
}

/// Those of the addresses that a refusal names.
fn refused(said: &Said, addresses: &BTreeSet<String>) -> BTreeSet<String> {
    let named = |address: &&String| said.err.contains(&format!("`{address}`"));
    addresses.iter().filter(named).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_our_names_and_not_our_tags_is_refused() {
    let rig = rig("names").await;
    for (whose, reason) in
        [("nobody", "has no tag `nk:stack`"), ("other", "its tag `nk:stack` says `another-dev`")]
    {
        let taken = strangers(&rig, &["names", whose]).await;
        let taken: BTreeSet<String> = serde_json::from_value(taken).unwrap();
        rig.proxy.take();
        for command in [&["plan", "--env", "dev"][..], &["apply", "--env", "dev", "--yes"]] {
            let said = rig.nk(command).await.with_code(1);
            assert_eq!(refused(&said, &taken), taken, "{whose}: {}", said.err);
            assert_eq!(said.err.matches(reason).count(), taken.len(), "{whose}: {}", said.err);
        }
        // There is nothing of nk's to destroy.
        let _ = rig.nk(&["destroy", "--env", "dev", "--yes", "--unprotect"]).await.with_code(0);
        assert_eq!(changing(&rig), Vec::<String>::new(), "{whose}");
        let _ = strangers(&rig, &["gone"]).await;
    }
    let _ = rig.apply("dev").await.with_code(0);
    let plan = rig.plan("dev").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_or_beside_a_stack_is_left_alone() {
    let rig = rig("inside").await;
    let _ = rig.apply("dev").await.with_code(0);
    let theirs = strangers(&rig, &["inside"]).await;
    rig.proxy.take();
    let said = rig.nk(&["plan", "--env", "dev", "--json"]).await.with_code(0);
    assert!(!said.out.contains("mine"), "something of others is in the plan");
    let plan = rig.plan("dev").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));
    let _ = rig.apply("dev").await.with_code(0);
    assert_eq!(changing(&rig), Vec::<String>::new());
    assert_eq!(strangers(&rig, &["look"]).await, theirs);
}
