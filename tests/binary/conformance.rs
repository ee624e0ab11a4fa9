//! Conformance of every kind, one test for each: it is created, and then there is nothing to do;
//! changes by others behind nk's back show as exactly that, and the next apply reverts them; it is
//! deleted, and is gone. `cargo test --workspace --test conformance subnet` is the test of one
//! kind.
//!
//! All kinds share one stack on one emulator; the address tells which kind a plan is about.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{ExitCode, Stdio},
    sync::LazyLock,
};

use libtest_mimic::{Arguments, Failed, Trial};
use nk_model::{Action, Json, Plan};
use nk_tests::{kinds::kinds, planned::shown, rig::Rig, topology::rich};
use serde::Deserialize;
use tokio::{io::AsyncWriteExt, runtime::Runtime, task::JoinError};

const REGION: &str = "ap-northeast-1";
const PREFIX: &str = "neuraKnot-prod";

/// One entry of `meddle.py list`.
#[derive(Debug, Deserialize)]
struct Drift {
    address: String,
    paths: BTreeSet<String>,
    also: BTreeMap<String, BTreeSet<String>>,
    layer: usize,
}

/// What is wrong, by kind.
#[derive(Debug, Default)]
struct Wrong(BTreeMap<String, Vec<String>>);

/// Stands for a kind if something is wrong that belongs to none.
const REST: &str = "the_rest";

impl Wrong {
    fn add(&mut self, kind: &str, what: String) {
        self.0.entry(kind.to_owned()).or_default().push(what);
    }

    /// What is wrong with a kind, and with all kinds whose tests do not run, so that nothing is
    /// lost.
    fn with(&self, kind: &str, chosen: &BTreeSet<&str>) -> Result<(), Failed> {
        let told = |of: &str| of == kind || !chosen.contains(of);
        let wrong = self.0.iter().filter(|(of, _)| told(of)).flat_map(|(_, wrong)| wrong);
        let wrong: Vec<_> = wrong.map(String::as_str).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    }
}

/// The kind of an address.
fn kind_of(address: &str) -> &str {
    address.split('.').next().unwrap_or_default()
}

async fn meddle(rig: &Rig, arguments: &[&str]) -> String {
    let arguments = [&[rig.emulator.as_str(), REGION, PREFIX], arguments].concat();
    rig.python("meddle.py", &arguments).await
}

/// An applied stack, identity providers included.
async fn stand() -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", &rich());
    let waiting = rig.apply("prod").await.with_code(0);
    assert!(waiting.out.contains("identity-provider.google"), "{}", waiting.out);
    for provider in ["google", "line", "x"] {
        for key in ["client_id", "client_secret"] {
            set_secret(&rig, &format!("{provider}.{key}"), "a-value").await;
        }
    }
    let plan = rig.plan("prod").await;
    let expected = ["google", "line", "x"].map(|name| format!("identity-provider.{name}"));
    let others = ["secret.oauth-credentials", "user-pool-client.main"].map(str::to_owned);
    let expected = [&expected[..], &others].concat();
    assert_eq!(shown(&plan).into_keys().collect::<Vec<_>>(), expected);
    let _ = rig.apply("prod").await.with_code(0);
    let plan = rig.plan("prod").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));
    rig
}

async fn set_secret(rig: &Rig, key: &str, value: &str) {
    let arguments = ["secrets", "set", "oauth-credentials", key, "--env", "prod"];
    let mut child =
        rig.command(&arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(value.as_bytes()).await.unwrap();
    assert!(child.wait().await.unwrap().success(), "{key} could not be set");
}

/// The fields of every kind in a plan of what exists, without those that are part of its identity.
fn fields(plan: &Plan) -> BTreeSet<(String, String)> {
    let fields_of = |live: &nk_model::LiveValue| {
        let kind = nk_kinds::kind(live.address.kind()).unwrap();
        let names: Vec<_> = live.spec.as_object().unwrap().keys().cloned().collect();
        let changing =
            names.into_iter().filter(|name| !kind.replacement.immutable.contains(&name.as_str()));
        changing.map(|name| (kind.kind.to_owned(), name)).collect::<Vec<_>>()
    };
    plan.unchanged.iter().flat_map(fields_of).collect()
}

/// What the account contains of the stack, by the name of the list.
fn ours(account: &Json) -> BTreeMap<String, Vec<String>> {
    let of_stack = |item: &String| item.to_lowercase().contains(&PREFIX.to_lowercase());
    let texts = |items: &Json| items.as_array().unwrap().iter().map(Json::to_string).collect();
    let listings = account.as_object().unwrap().iter();
    let listings = listings.map(|(name, items)| {
        let mut items: Vec<_> = texts(items);
        items.retain(of_stack);
        (name.clone(), items)
    });
    listings.filter(|(_, items)| !items.is_empty()).collect()
}

/// Checks that the stack has resources of these kinds, and that the account lists them.
async fn each_is_there(rig: &Rig, chosen: &BTreeSet<&str>, wrong: &mut Wrong) {
    let plan = rig.plan("prod").await;
    let there: BTreeSet<_> = plan.unchanged.iter().map(|live| live.address.kind()).collect();
    let listed = ours(&rig.account().await);
    for (kind, data) in kinds().iter().filter(|(kind, _)| chosen.contains(*kind)) {
        if !there.contains(kind) {
            wrong.add(kind, "the stack has none: add what it takes under `rich`".to_owned());
        }
        if !listed.contains_key(&data.listed) {
            wrong.add(kind, format!("the account lists none under `{}`", data.listed));
        }
    }
}

/// Checks that everything that can drift in these kinds does, or is excused.
async fn nothing_is_left_out(
    rig: &Rig,
    drifts: &[Drift],
    chosen: &BTreeSet<&str>,
    wrong: &mut Wrong,
) {
    let lies = rig.lies();
    let plan = rig.plan("prod").await;
    let tried: BTreeSet<_> = drifts
        .iter()
        .flat_map(|drift| drift.paths.iter().map(move |path| (drift, path)))
        .map(|(drift, path)| (kind_of(&drift.address), path.split('.').next().unwrap()))
        .collect();
    let excused = |kind: &str, field: &str| {
        kinds()[kind].still.contains_key(field)
            || lies.iter().any(|lie| lie.kind == kind && lie.field == field)
    };
    for (kind, field) in fields(&plan) {
        let tried = tried.contains(&(&*kind, &*field));
        if chosen.contains(&*kind) && !tried && !excused(&kind, &field) {
            wrong.add(&kind, format!("no `drift` changes `{field}`, nor is it `still`"));
        }
    }
}

/// Changes one thing in each resource and lets nk revert it.
async fn mend(rig: &Rig, layer: usize, drifts: &[&Drift], wrong: &mut Wrong) {
    let mut expected = BTreeMap::<String, BTreeSet<String>>::new();
    for drift in drifts {
        expected.entry(drift.address.clone()).or_default().extend(drift.paths.clone());
        for (address, paths) in &drift.also {
            expected.entry(address.clone()).or_default().extend(paths.clone());
        }
    }
    let of: BTreeSet<_> = drifts.iter().map(|drift| kind_of(&drift.address)).collect();
    let layer = layer.to_string();
    meddle(rig, &[&["drift", &layer], &*of.into_iter().collect::<Vec<_>>()].concat()).await;
    let plan = rig.plan("prod").await;
    let found: BTreeMap<_, _> =
        shown(&plan).into_iter().map(|(address, (_, paths))| (address, paths)).collect();
    for address in expected.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
        let (expected, found) = (expected.get(address), found.get(address));
        if expected != found {
            let what = format!("{layer}: {address}: {expected:?} shows as {found:?}");
            wrong.add(kind_of(address), what);
        }
    }
    let applied = rig.apply("prod").await;
    if applied.code != Some(0) {
        let failed = expected.keys().filter(|address| applied.err.contains(*address));
        let failed: BTreeSet<_> = failed.map(|address| kind_of(address)).collect();
        let what = format!("{layer}: {}\n{}", applied.out, applied.err);
        let failed = if failed.is_empty() { [REST].into() } else { failed };
        for kind in failed {
            wrong.add(kind, what.clone());
        }
    }
    // What is not reverted would show in every later layer as well.
    let plan = rig.plan("prod").await;
    for (address, left) in shown(&plan) {
        wrong.add(kind_of(&address), format!("{layer}: not mended: {address}: {left:?}"));
    }
    if shown(&plan).is_empty() && !plan.is_empty() {
        wrong.add(REST, format!("{layer}: not mended: {:?}", plan.steps));
    }
}

/// Destroys the stack despite all protection, and checks that the account contains nothing of it.
async fn everything_goes(rig: &Rig, wrong: &mut Wrong) {
    let _ = rig.nk(&["destroy", "--env", "prod", "--unprotect", "--yes"]).await.with_code(0);
    for (name, items) in ours(&rig.account().await) {
        let of = kinds().iter().filter(|(_, data)| data.listed == name).map(|(kind, _)| *kind);
        let of: Vec<_> = of.collect();
        for kind in if of.is_empty() { vec![REST] } else { of } {
            wrong.add(kind, format!("not gone: {items:?}"));
        }
    }
}

/// What is wrong with these kinds.
async fn made_and_mended_and_gone(chosen: &BTreeSet<&str>) -> Wrong {
    let mut wrong = Wrong::default();
    let rig = stand().await;
    let mut drifts: Vec<Drift> = serde_json::from_str(&meddle(&rig, &["list"]).await).unwrap();
    drifts.retain(|drift| chosen.contains(kind_of(&drift.address)));
    each_is_there(&rig, chosen, &mut wrong).await;
    nothing_is_left_out(&rig, &drifts, chosen, &mut wrong).await;
    for layer in 0..=drifts.iter().map(|drift| drift.layer).max().unwrap_or(0) {
        let drifts: Vec<_> = drifts.iter().filter(|drift| drift.layer == layer).collect();
        if !drifts.is_empty() {
            mend(&rig, layer, &drifts, &mut wrong).await;
        }
    }
    everything_goes(&rig, &mut wrong).await;
    let models = tokio::spawn(async move { rig.satisfies_the_models().await }).await;
    if let Err(error) = models {
        wrong.add(REST, said(error));
    }
    wrong
}

/// The same; if it breaks off, the test of every kind says why.
async fn tried(chosen: &'static BTreeSet<&str>) -> Wrong {
    tokio::spawn(made_and_mended_and_gone(chosen)).await.unwrap_or_else(|error| {
        let mut wrong = Wrong::default();
        wrong.add("", format!("broken off: {}", said(error)));
        wrong
    })
}

/// The message of a task that has panicked.
fn said(error: JoinError) -> String {
    error.into_panic().downcast_ref::<String>().map_or("it panicked", String::as_str).to_owned()
}

async fn what_others_have_removed_is_made_again() {
    let rig = stand().await;
    for wave in ["parts", "wholes", "ground"] {
        let gone = meddle(&rig, &["remove", wave]).await;
        let gone: BTreeSet<String> = serde_json::from_str(&gone).unwrap();
        let plan = rig.plan("prod").await;
        let made = plan.steps.iter().filter(|step| step.action == Action::Create);
        let made: BTreeSet<_> = made.map(|step| step.address.to_string()).collect();
        assert_eq!(made, gone, "{wave}");
        let _ = rig.apply("prod").await.with_code(0);
        let plan = rig.plan("prod").await;
        assert!(plan.is_empty(), "{wave}: {:?}", shown(&plan));
    }
    rig.satisfies_the_models().await;
}

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

/// The tests that run, by the rules of libtest.
fn chosen() -> &'static BTreeSet<&'static str> {
    static CHOSEN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let Arguments { filter, skip, exact, .. } = Arguments::from_args();
        let fits = |name: &str, text: &String| {
            if exact { name == text } else { name.contains(text.as_str()) }
        };
        let all = kinds().keys().copied().chain([REST]);
        all.filter(|name| filter.as_ref().is_none_or(|text| fits(name, text)))
            .filter(|name| !skip.iter().any(|text| fits(name, text)))
            .collect()
    });
    &CHOSEN
}

fn main() -> ExitCode {
    static WRONG: LazyLock<Wrong> = LazyLock::new(|| runtime().block_on(tried(chosen())));
    // It comes first, because it runs beside the one that all others wait for.
    let mut trials = vec![Trial::test("what_others_have_removed_is_made_again", || {
        runtime().block_on(what_others_have_removed_is_made_again());
        Ok(())
    })];
    let names = kinds().keys().copied().chain([REST]);
    trials.extend(names.map(|name| Trial::test(name, || WRONG.with(name, chosen()))));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
