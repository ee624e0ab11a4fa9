//! nk is killed at a call that changes something, and run again: nothing lost, nothing twice.

#![expect(clippy::print_stderr, reason = "a matrix tells how far it is")]

use std::collections::BTreeSet;

use nk_kinds::KINDS;
use nk_tests::{
    ordeal::{Ordeal, Scene, Undisturbed},
    planned::planned,
    proxy::{Side, Target},
};

async fn trials(instance: &str, scene: Scene, choose: fn(&Undisturbed) -> Vec<(Target, Side)>) {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), instance, scene).await;
    let trials = choose(&ordeal.undisturbed().await);
    let mut failed = Vec::new();
    for (target, side) in &trials {
        eprintln!("{scene:?}: killed {side:?} {} ({})", target.name, target.nth);
        if let Err(wrong) = ordeal.kill(target, *side).await {
            eprintln!("FAILED: {wrong}");
            failed.push(format!("{side:?} {} ({}): {wrong}", target.name, target.nth));
        }
    }
    let all = trials.len();
    assert!(failed.is_empty(), "{} of {all}:\n{}", failed.len(), failed.join("\n"));
}

/// Of every operation the call before which most was done, after AWS did it: what begins there has
/// the most to get wrong.
fn sample(undisturbed: &Undisturbed) -> Vec<(Target, Side)> {
    undisturbed.sample().into_iter().map(|target| (target, Side::After)).collect()
}

/// Every call, before and after.
fn every(undisturbed: &Undisturbed) -> Vec<(Target, Side)> {
    let both = |target: &Target| [(target.clone(), Side::Before), (target.clone(), Side::After)];
    undisturbed.changes.iter().flat_map(both).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_update_touches_every_kind_that_can_be_changed() {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), "kill-kinds", Scene::Update).await;
    let _ = ordeal.prepare().await;
    let said = ordeal.rig.nk(&["plan", "--env", "dev", "--json"]).await.with_code(0);
    let plan = planned(&said);
    let touched: BTreeSet<_> = plan.steps.iter().map(|step| step.address.kind()).collect();
    let untouched: Vec<_> =
        KINDS.iter().map(|kind| kind.kind).filter(|kind| !touched.contains(kind)).collect();
    // The stack has no parameters and no credentials of providers, and of a domain nothing changes.
    assert_eq!(untouched, ["db-parameter-group", "user-pool-domain", "identity-provider"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_apply_is_finished_by_the_next() {
    trials("kill-apply", Scene::Apply, sample).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_update_is_finished_by_the_next() {
    trials("kill-update", Scene::Update, sample).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_replacement_is_finished_by_the_next() {
    trials("kill-replace", Scene::Replace, sample).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_destroy_is_finished_by_the_next() {
    trials("kill-destroy", Scene::Destroy, sample).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn apply_may_be_killed_anywhere() {
    trials("kill-apply", Scene::Apply, every).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn update_may_be_killed_anywhere() {
    trials("kill-update", Scene::Update, every).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn replacement_may_be_killed_anywhere() {
    trials("kill-replace", Scene::Replace, every).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn destroy_may_be_killed_anywhere() {
    trials("kill-destroy", Scene::Destroy, every).await;
}
