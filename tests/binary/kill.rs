//! nk is killed at a call that changes something, and run again: nothing is lost, and nothing is
//! made twice.

#![expect(clippy::print_stderr, reason = "a matrix tells how far it is")]

use std::collections::BTreeSet;

use nk_kinds::KINDS;
use nk_tests::{
    authority::changing_operations,
    ordeal::{ENVIRONMENT, Ordeal, Scene},
    proxy::{Side, Target},
};

async fn start(scene: Scene) -> Ordeal {
    Ordeal::start(env!("CARGO_BIN_EXE_nk"), scene).await
}

async fn trials(ordeal: &Ordeal, trials: &[(Target, Side)]) {
    let mut failed = Vec::new();
    for (target, side) in trials {
        eprintln!("{:?}: killed {side:?} {} ({})", ordeal.scene, target.name, target.nth);
        if let Err(wrong) = ordeal.kill(target, *side).await {
            eprintln!("FAILED: {wrong}");
            failed.push(format!("{side:?} {} ({}): {wrong}", target.name, target.nth));
        }
    }
    let all = trials.len();
    assert!(failed.is_empty(), "{} of {all}:\n{}", failed.len(), failed.join("\n"));
}

/// A sample: before and after a call of every operation, each set in one series, as in a run that
/// is killed again and again. What is done beside the call that is struck is not always repeated,
/// so a call of such an operation is struck in a run of its own, in the scene that is the first to
/// make it.
async fn sample(scene: Scene) {
    let ordeal = start(scene).await;
    let sample = ordeal.undisturbed().await.sample();
    for side in [Side::Before, Side::After] {
        let struck = each(&ordeal, side).await;
        let missed = sample.iter().filter(|target| !struck.contains(&target.name));
        trials(&ordeal, &missed.map(|target| (target.clone(), side)).collect::<Vec<_>>()).await;
    }
}

async fn each(ordeal: &Ordeal, side: Side) -> BTreeSet<String> {
    let struck = ordeal.kill_at_each(side).await;
    let struck = struck.unwrap_or_else(|wrong| panic!("{:?} {side:?}: {wrong}", ordeal.scene));
    eprintln!("{:?}: killed {side:?} each of {struck:?}", ordeal.scene);
    struck
}

/// Every call, before and after.
async fn every(scene: Scene) {
    let ordeal = start(scene).await;
    let all = ordeal.undisturbed().await.changes.into_iter();
    let both = all.flat_map(|target| [(target.clone(), Side::Before), (target, Side::After)]);
    trials(&ordeal, &both.collect::<Vec<_>>()).await;
}

/// The changing operations that no scene uses, with the reason.
const ELSEWHERE: [(&str, &str); 3] = [
    ("ec2:ReplaceRouteTableAssociation", "a table may have let go of its subnet before"),
    ("logs:PutLogGroupDeletionProtection", "the emulator protects no log group"),
    ("secretsmanager:PutSecretValue", "only `nk secrets set` changes a value"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_scenes_touch_every_kind_and_make_every_operation() {
    let mut ordeal = start(Scene::Update).await;
    let _ = ordeal.prepare().await;
    let plan = ordeal.rig.plan(ENVIRONMENT).await;
    let touched: BTreeSet<_> = plan.steps.iter().map(|step| step.address.kind()).collect();
    let kinds = KINDS.iter().map(|kind| kind.kind);
    // Nothing of a domain can be changed.
    assert_eq!(
        kinds.filter(|kind| !touched.contains(kind)).collect::<Vec<_>>(),
        ["user-pool-domain"]
    );

    let mut struck = BTreeSet::new();
    for scene in Scene::ALL {
        ordeal.turn_to(scene);
        struck.extend(ordeal.undisturbed().await.sample().into_iter().map(|target| target.name));
    }
    let excused = ELSEWHERE.iter().map(|(name, _)| (*name).to_owned()).collect();
    let unstruck: BTreeSet<_> = &changing_operations() - &struck;
    assert_eq!(unstruck, excused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_apply_is_finished_by_the_next() {
    sample(Scene::Apply).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_update_is_finished_by_the_next() {
    sample(Scene::Update).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_replacement_is_finished_by_the_next() {
    sample(Scene::Replace).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_destroy_is_finished_by_the_next() {
    sample(Scene::Destroy).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn apply_may_be_killed_anywhere() {
    every(Scene::Apply).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn update_may_be_killed_anywhere() {
    every(Scene::Update).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn replacement_may_be_killed_anywhere() {
    every(Scene::Replace).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn destroy_may_be_killed_anywhere() {
    every(Scene::Destroy).await;
}
