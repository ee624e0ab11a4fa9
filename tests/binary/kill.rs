//! nk is killed at a call that changes something, and run again: nothing lost, nothing twice.

use nk_tests::{
    ordeal::{Ordeal, Scene, sample},
    proxy::{Side, Target},
};

async fn trials(instance: &str, scene: Scene, choose: fn(&[Target]) -> Vec<(Target, Side)>) {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), instance, scene).await;
    let trials = choose(&ordeal.undisturbed().await.changes);
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

/// Every operation once, in turn before and after AWS did it.
fn each_once(targets: &[Target]) -> Vec<(Target, Side)> {
    sample(targets).into_iter().zip([Side::After, Side::Before].into_iter().cycle()).collect()
}

/// Every call, before and after.
fn every(targets: &[Target]) -> Vec<(Target, Side)> {
    let both = |target: &Target| [(target.clone(), Side::Before), (target.clone(), Side::After)];
    targets.iter().flat_map(both).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_apply_is_finished_by_the_next() {
    trials("kill-apply", Scene::Apply, each_once).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_update_is_finished_by_the_next() {
    trials("kill-update", Scene::Update, each_once).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_replacement_is_finished_by_the_next() {
    trials("kill-replace", Scene::Replace, each_once).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_destroy_is_finished_by_the_next() {
    trials("kill-destroy", Scene::Destroy, each_once).await;
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
