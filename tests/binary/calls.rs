//! How many calls nk makes: for a plan, and for each kind in an apply.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write,
    sync::Arc,
    time::Duration,
};

use nk_model::Calls;
use nk_tests::{
    kinds::{Called, KindData, kinds},
    ordeal::{Ordeal, Scene},
    proxy::{Recorded, Slow},
    rig::{Rig, Said},
};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");

/// The maximum for a plan of the whole topology.
const PLAN: usize = 60;
/// The maximum number of consecutive round trips of a plan.
const ROUNDS: usize = 4;
/// The maximum for its first apply, including the reading and the lock.
const APPLY: usize = 130;

/// The word in the files of the kinds for reading the credentials of an identity provider.
const CREDENTIALS: &str = "secretsmanager:(credentials)";

/// The calls for one kind of resource. The kind itself states the maximum, and so does the plan.
struct Budget {
    kind: &'static str,
    /// The call that creates or deletes one.
    call: &'static str,
    /// The other calls for it.
    others: &'static [String],
}

/// What each kind's file says about creates and destroys: for the stack that ships with nk, and for
/// a rich one with parameters, HTTPS and credentials of identity providers.
fn budgets(is_rich: bool, way: fn(&'static Called) -> &'static [String]) -> Vec<Budget> {
    let of_kind = |(kind, data): (&&'static str, &'static KindData)| {
        let called = if is_rich { data.calls.rich.as_deref()? } else { &data.calls };
        let (call, others) = way(called).split_first()?;
        Some(Budget { kind, call, others })
    };
    kinds().iter().filter_map(of_kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_and_an_apply_stay_within_their_budgets() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", STACK);

    let applied = rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    assert!(applied.out.contains("0 unchanged"), "{}", applied.out);
    let made = rig.proxy.take();
    assert!(made.len() <= APPLY, "{} calls for an apply", made.len());
    within_budgets(&made, &budgets(false, |called| &called.create), |calls| calls.create);
    as_expected(&applied, made.len());

    let plan = rig.nk(&["plan", "--env", "dev"]).await.with_code(0);
    let made = rig.proxy.take();
    let names: Vec<_> = made.iter().map(Recorded::name).collect();
    assert!(made.iter().all(|one| !one.changes), "a plan changes nothing: {names:?}");
    let said = format!("{} calls", made.len());
    let last = plan.out.lines().last().unwrap_or_default();
    assert!(last.contains(&said), "{said}: {}", plan.out);
    assert!(made.len() <= PLAN, "{said}: {names:?}");
    let mut seen = HashSet::new();
    let twice = made.iter().filter(|one| !seen.insert((one.name(), &one.path, &one.body)));
    assert_eq!(twice.map(Recorded::name).collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_stays_within_its_budgets() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", STACK);
    rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    rig.proxy.take();
    let destroyed = rig.nk(&["destroy", "--env", "dev", "--yes"]).await.with_code(0);
    let made = rig.proxy.take();
    within_budgets(&made, &budgets(false, |called| &called.destroy), |calls| calls.destroy);
    as_expected(&destroyed, made.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_and_identity_providers_stay_within_their_budgets() {
    let mut ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), Scene::Apply).await;
    let _ = ordeal.prepare().await;
    let mut counts = counted(&ordeal.carry_out().await);
    let creates = budgets(true, |called| &called.create);
    assert_eq!(over(&mut counts, &creates, |calls| calls.create), Vec::<String>::new());
    // What was created is not read again if the answers have shown it.
    let again = ["rds:DescribeDBParameterGroups", "elasticloadbalancing:DescribeListeners"];
    assert!(!again.iter().any(|name| counts.contains_key(*name)), "{counts:?}");

    ordeal.turn_to(Scene::Destroy);
    let mut counts = counted(&ordeal.carry_out().await);
    let destroys = budgets(true, |called| &called.destroy);
    assert_eq!(over(&mut counts, &destroys, |calls| calls.destroy), Vec::<String>::new());
}

/// A stack with this many zones, each with two subnets, and services.
fn topology(zones: &[char], services: usize) -> String {
    let mut text = String::from("project = \"shop\"\nregion = \"ap-northeast-1\"\n\n[network]\n");
    text.push_str("cidr = \"10.0.0.0/16\"\nnat = \"none\"\nzones = [\n");
    for (nth, zone) in zones.iter().enumerate() {
        let ranges = format!("public = \"10.0.{nth}.0/24\", private = \"10.0.1{nth}.0/24\"");
        writeln!(text, "  {{ name = \"ap-northeast-1{zone}\", {ranges} }},").unwrap();
    }
    text.push_str("]\n");
    for nth in 0..services {
        writeln!(text, "\n[services.s{nth}]\ncpu = 256\nmemory = 512\nport = 8080").unwrap();
    }
    text
}

/// By name, how many calls a plan of an applied stack makes.
async fn calls_of_a_plan(rig: &Rig, text: &str) -> BTreeMap<String, usize> {
    rig.write("stacks/shop.toml", text);
    rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    rig.proxy.take();
    rig.nk(&["plan", "--env", "dev", "--detailed-exitcode"]).await.with_code(0);
    let mut counts = BTreeMap::new();
    for one in rig.proxy.take() {
        *counts.entry(one.name()).or_default() += 1;
    }
    counts
}

/// What a plan asks for more subnets and services: nothing more for the network, however many
/// subnets there are, and for services only what AWS returns one by one.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_asks_of_each_service_only_what_aws_tells_singly() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    let few = calls_of_a_plan(&rig, &topology(&['a', 'c'], 4)).await;
    let many = calls_of_a_plan(&rig, &topology(&['a', 'c', 'd'], 40)).await;
    let more: BTreeMap<_, _> = many
        .iter()
        .map(|(name, count)| (name.as_str(), count - few.get(name).copied().unwrap_or(0)))
        .filter(|(_, more)| *more > 0)
        .collect();
    let expected = [
        ("ecr:GetLifecyclePolicy", 36),
        // The emulator's tag index contains no repositories; AWS's does.
        ("ecr:ListTagsForResource", 36),
        ("ecs:DescribeServices", 3),
        ("ecs:DescribeTaskDefinition", 36),
        // The emulator's pages end after a hundred tags, AWS's after a hundred resources.
        ("tagging:GetResources", 7),
    ];
    assert_eq!(more, BTreeMap::from(expected));
}

/// How many of the calls were consecutive, each made when the one before had been answered.
fn rounds(made: &[Recorded]) -> usize {
    let mut made: Vec<_> = made.iter().collect();
    made.sort_by_key(|one| one.ended);
    let mut longest = vec![1; made.len()];
    for at in 0..made.len() {
        let before = (0..at).filter(|before| made[*before].ended <= made[at].began);
        longest[at] = before.map(|before| longest[before] + 1).max().unwrap_or(1);
    }
    longest.into_iter().max().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_takes_few_round_trips() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", STACK);
    rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    // Far enough away that parallel calls overlap.
    rig.proxy.set_rule(Arc::new(Slow::new(|_| true, Duration::from_secs(1))));
    rig.proxy.take();
    rig.nk(&["plan", "--env", "dev", "--detailed-exitcode"]).await.with_code(0);
    let made = rig.proxy.take();
    let rounds = rounds(&made);
    assert!((2..=ROUNDS).contains(&rounds), "{rounds} rounds of {} calls", made.len());
}

/// Checks the calls after everything was read: each call belongs to a kind, and no kind makes more
/// calls for a resource than it states.
fn within_budgets(made: &[Recorded], budgets: &[Budget], allowed: fn(&Calls) -> usize) {
    let mut counts = counted(made);
    assert_eq!(over(&mut counts, budgets, allowed), Vec::<String>::new());
    assert_eq!(counts, BTreeMap::new(), "calls that belong to no kind");
}

/// How many calls of each name were made after everything was read.
fn counted(made: &[Recorded]) -> BTreeMap<String, usize> {
    // The lock belongs to no kind, nor does the certificate that an emulator may have issued.
    let of_a_kind = |one: &Recorded| one.service != "ssm" && one.service != "acm";
    let first = made.iter().position(|one| one.changes && of_a_kind(one));
    let made = made[first.expect("something was made")..].iter().filter(|one| of_a_kind(one));
    let mut counts = BTreeMap::new();
    for one in made {
        let of_providers = one.operation == "GetSecretValue" && one.text().contains("oauth");
        let name = if of_providers { CREDENTIALS.to_owned() } else { one.name() };
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// The kinds that make more calls than they state; their calls are taken out of the counts.
fn over(
    counts: &mut BTreeMap<String, usize>,
    budgets: &[Budget],
    allowed: fn(&Calls) -> usize,
) -> Vec<String> {
    let mut over = Vec::new();
    for Budget { kind, call, others } in budgets {
        let resources = counts.remove(*call).unwrap_or(0);
        assert!(resources > 0, "no {kind} was made or removed");
        let others: usize = others.iter().filter_map(|name| counts.remove(name)).sum();
        let info = nk_kinds::kind(kind).expect("a kind");
        if resources + others > allowed(&info.calls) * resources {
            over.push(format!("{kind}: {} calls for {resources}", resources + others));
        }
    }
    over
}

/// Checks that nk had expected about as many calls as there were: no fewer, and at most a fifth
/// more, because the kinds state maxima.
fn as_expected(said: &Said, made: usize) {
    let expected = said.out.lines().find(|line| line.starts_with("Expected:")).expect("a forecast");
    let calls = expected.split("about ").nth(1).and_then(|rest| rest.split(' ').next());
    let expected: usize = calls.expect("a number of calls").parse().unwrap();
    assert!((made..=made + made / 5).contains(&expected), "{expected} expected, {made} made");
}
