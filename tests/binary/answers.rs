//! Answers are lost and calls are refused at random: the run itself recovers.

#![expect(clippy::print_stderr, reason = "a matrix tells how far it is")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use nk_tests::{
    ordeal::{ENVIRONMENT, Ordeal, Scene, Toll, Undisturbed},
    proxy::{Buckets, Call, Loss, Rain, Repeated, Rule, Stale, Target, Throttled, Together},
};

async fn losses(ordeal: &Ordeal, trials: &[(Target, usize)]) {
    let scene = ordeal.scene;
    let mut failed = Vec::new();
    for (target, times) in trials {
        eprintln!("{scene:?}: lost {times} times {} ({})", target.name, target.nth);
        let lost = lose(ordeal, &[(target.clone(), *times)]).await;
        let ended = match lost {
            Ok(0) => Err("no answer was lost".to_owned()),
            ended => ended,
        };
        if let Err(wrong) = ended {
            eprintln!("FAILED: {wrong}");
            failed.push(format!("{times} x {} ({}): {wrong}", target.name, target.nth));
        }
    }
    let all = trials.len();
    assert!(failed.is_empty(), "{} of {all}:\n{}", failed.len(), failed.join("\n"));
}

/// Loses all these answers in one run; returns how many calls were struck, or what is wrong
/// afterwards.
async fn lose(ordeal: &Ordeal, targets: &[(Target, usize)]) -> Result<usize, String> {
    let losses = targets.iter().map(|(target, times)| Loss::of(target.clone(), *times));
    let losses: Vec<_> = losses.map(Arc::new).collect();
    let mut rules: Vec<_> = losses.iter().map(|loss| Arc::clone(loss) as Arc<dyn Rule>).collect();
    rules.push(Arc::new(Repeated::default()));
    ordeal.endure(Arc::new(Together(rules))).await?;
    Ok(losses.iter().filter(|loss| loss.count() > 0).count())
}

/// A sample: a call of every operation that the scene is the first to make, once and twice
/// alternately, all in one run.
async fn sample(scene: Scene) {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), scene).await;
    let sample = ordeal.undisturbed().await.sample();
    let targets: Vec<_> = sample.into_iter().zip([1, 2].into_iter().cycle()).collect();
    let lost = lose(&ordeal, &targets).await.unwrap_or_else(|wrong| panic!("{scene:?}: {wrong}"));
    assert_eq!(lost, targets.len(), "{scene:?}");
}

/// Every call of a scene, once and twice, each in a run of its own.
async fn matrix(scene: Scene) {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), scene).await;
    losses(&ordeal, &every(&ordeal.undisturbed().await)).await;
}

/// Every call, once and twice.
fn every(undisturbed: &Undisturbed) -> Vec<(Target, usize)> {
    undisturbed
        .changes
        .iter()
        .flat_map(|target| [(target.clone(), 1), (target.clone(), 2)])
        .collect()
}

/// Everything at once: flaky calls, and new resources are invisible for three seconds.
fn storm(seed: u64) -> Arc<dyn Rule> {
    let rain = Arc::new(Rain::new(seed));
    let stale = Arc::new(Stale::by(Duration::from_secs(3)));
    Arc::new(Together(vec![rain, Arc::new(Repeated::default()), stale]))
}

/// Of a hundred calls in this mode 57 get through and are answered, so repeating each until it is
/// answered takes 1.75 times as many. What exceeds that is what nk adds by looking again.
async fn rain(seeds: std::ops::Range<u64>) {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), Scene::Apply).await;
    let undisturbed = ordeal.undisturbed().await.calls;
    for seed in seeds {
        let began = Instant::now();
        let toll = ordeal.endure(storm(seed)).await;
        let toll = toll.unwrap_or_else(|wrong| panic!("{seed}: {wrong}"));
        let Toll { sent, reached } = toll;
        let seconds = began.elapsed().as_secs();
        eprintln!(
            "seed {seed}: {sent} sent, {reached} arrived, {undisturbed} undisturbed, {seconds} s"
        );
        assert!(sent <= 2 * undisturbed, "seed {seed}: {toll:?} instead of {undisturbed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_recovers_from_lost_answers() {
    sample(Scene::Apply).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_recovers_from_lost_answers() {
    sample(Scene::Update).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_recovers_from_lost_answers() {
    sample(Scene::Replace).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_recovers_from_lost_answers() {
    sample(Scene::Destroy).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn an_apply_recovers_whatever_answer_is_lost() {
    matrix(Scene::Apply).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn an_update_recovers_whatever_answer_is_lost() {
    matrix(Scene::Update).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn a_replacement_recovers_whatever_answer_is_lost() {
    matrix(Scene::Replace).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn a_destroy_recovers_whatever_answer_is_lost() {
    matrix(Scene::Destroy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shower_is_endured() {
    rain(0..1).await;
}

/// How many retries a run can make at once and each second, for all services together, as in
/// `nk-aws`.
const BUDGET: (usize, u64) = (200, 2);

#[tokio::test(flavor = "multi_thread")]
async fn all_services_share_one_budget_of_repetitions() {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), Scene::Apply).await;
    let _ = ordeal.prepare().await;
    let plan = ["plan", "--env", ENVIRONMENT];
    let _ = ordeal.rig.nk(&plan).await.with_code(0);
    let undisturbed = ordeal.rig.proxy.take().len();
    // Calls before the first look get their answers, so that all looks are made at once.
    let looks =
        |call: &Call| !["acm", "sts", "rds", "secretsmanager"].contains(&call.service.as_str());
    ordeal.rig.proxy.set_rule(Arc::new(Throttled(looks)));
    let began = Instant::now();
    let said = ordeal.rig.nk(&plan).await.with_code(1);
    let budget = BUDGET.0 + usize::try_from(BUDGET.1 * (began.elapsed().as_secs() + 1)).unwrap();
    let calls = ordeal.rig.proxy.take();
    let services: BTreeSet<_> = calls.iter().map(|call| &call.service).collect();
    assert!(services.len() > 6, "{services:?}");
    let sent = calls.len();
    eprintln!("{sent} sent, {undisturbed} undisturbed, {budget} may be repeated");
    assert!(sent > undisturbed, "nothing was repeated");
    assert!(sent <= undisturbed + budget, "{sent} of {undisturbed} + {budget}");
    assert!(said.err.contains("was throttled"), "{}", said.err);
}

/// How many times a request is sent at most, as in `nk-aws`.
const ATTEMPTS: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_throttled_is_repeated_in_one_place_only() {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), Scene::Apply).await;
    let _ = ordeal.prepare().await;
    // A repeated create of a VPC could create a second one; a repository has a unique name.
    let creates = |call: &Call| ["CreateVpc", "CreateRepository"].contains(&&*call.operation);
    ordeal.rig.proxy.set_rule(Arc::new(Throttled(creates)));
    let said = ordeal.rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(3);
    assert!(said.err.contains("ec2:CreateVpc was throttled"), "{}", said.err);
    let mut sent = BTreeMap::<_, usize>::new();
    for call in ordeal.rig.proxy.take().into_iter().filter(|call| !call.reached) {
        *sent.entry((call.name(), call.body)).or_default() += 1;
    }
    assert!(sent.len() > 1, "{sent:?}");
    assert!(sent.values().all(|count| *count == ATTEMPTS), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_buckets_are_waited_for() {
    let ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), Scene::Apply).await;
    let undisturbed = ordeal.undisturbed().await.calls;
    let toll = ordeal.endure(Arc::new(Buckets::empty())).await;
    let Toll { sent, reached } = toll.unwrap_or_else(|wrong| panic!("{wrong}"));
    eprintln!("{sent} sent, {reached} arrived, {undisturbed} undisturbed");
    assert!(sent > reached, "nothing was throttled");
    assert!(sent <= 2 * undisturbed, "{sent} calls instead of {undisturbed}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes"]
async fn it_rains_and_the_run_ends_well() {
    rain(0..10).await;
}
