//! What every kind goes through: it is made, and then there is nothing to do; what others change of it
//! behind nk's back shows as exactly that, and the next apply mends it; it is removed, and is gone.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Stdio,
};

use nk_model::{Action, Json, Plan};
use nk_tests::{planned::shown, rig::Rig, topology::rich};
use serde::Deserialize;
use tokio::io::AsyncWriteExt;

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

impl Drift {
    fn kind(&self) -> &str {
        self.address.split('.').next().unwrap_or_default()
    }
}

/// Where `account.py` lists each kind.
const LISTED: [(&str, &str); 26] = [
    ("vpc", "vpcs"),
    ("subnet", "subnets"),
    ("internet-gateway", "internet-gateways"),
    ("elastic-ip", "addresses"),
    ("nat-gateway", "nat-gateways"),
    ("route-table", "route-tables"),
    ("security-group", "security-groups"),
    ("role", "roles"),
    ("log-group", "log-groups"),
    ("repository", "repositories"),
    ("secret", "secrets"),
    ("db-subnet-group", "db-subnet-groups"),
    ("db-parameter-group", "db-parameter-groups"),
    ("db-instance", "db-instances"),
    ("user-pool", "user-pools"),
    ("user-pool-client", "user-pools"),
    ("user-pool-domain", "user-pools"),
    ("identity-provider", "user-pools"),
    ("load-balancer", "load-balancers"),
    ("target-group", "target-groups"),
    ("listener", "listeners"),
    ("cluster", "clusters"),
    ("task-definition", "task-definitions"),
    ("service", "services"),
    ("dashboard", "dashboards"),
    ("alarm", "alarms"),
];

/// The fields of a kind that cannot drift by themselves, with the reason.
const STILL: [(&str, &str, &str); 10] = [
    ("log-group", "protected", "left to whoever sets it"),
    ("secret", "content", "AWS does not tell"),
    ("secret", "recovery-days", "said when it is deleted"),
    ("db-instance", "password", "AWS does not tell"),
    ("db-instance", "version", "a floor: there is no way back beneath it"),
    ("db-instance", "install", "said when it is made"),
    ("db-instance", "final-snapshot", "said when it is deleted"),
    ("target-group", "port", "said when it is made"),
    ("identity-provider", "credentials", "where nk takes them from"),
    ("identity-provider", "credentials-key", "where nk takes them from"),
];

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

/// The fields of every kind in a plan of what is there, without those that fix what a resource is.
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

/// What the account holds of the stack, by the name of the listing.
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

/// Checks that the stack has something of every kind there is, and that the account lists it.
async fn every_kind_is_there(rig: &Rig) {
    let plan = rig.plan("prod").await;
    let there: BTreeSet<_> = plan.unchanged.iter().map(|live| live.address.kind()).collect();
    assert_eq!(there, nk_kinds::KINDS.iter().map(|info| info.kind).collect());
    assert_eq!(there, LISTED.iter().map(|(kind, _)| *kind).collect());
    let listed = ours(&rig.account().await);
    let unlisted: Vec<_> = LISTED.iter().filter(|(_, name)| !listed.contains_key(*name)).collect();
    assert_eq!(unlisted, Vec::<&(&str, &str)>::new());
}

/// Checks that what can drift of each kind does, or is excused.
async fn nothing_is_left_out(rig: &Rig, drifts: &[Drift]) {
    let lies = rig.lies();
    let plan = rig.plan("prod").await;
    let tried: BTreeSet<_> = drifts
        .iter()
        .flat_map(|drift| drift.paths.iter().map(move |path| (drift, path)))
        .map(|(drift, path)| (drift.kind().to_owned(), path.split('.').next().unwrap().to_owned()))
        .collect();
    let excused = |kind: &str, field: &str| {
        STILL.iter().any(|(one, other, _)| (*one, *other) == (kind, field))
            || lies.iter().any(|lie| lie.kind == kind && lie.field == field)
    };
    let mut untried = fields(&plan);
    untried.retain(|field| !tried.contains(field) && !excused(&field.0, &field.1));
    assert_eq!(untried, BTreeSet::new(), "nobody meddles with these");
}

/// Destroys the stack, whatever protects it, and checks that the account holds nothing of it.
async fn everything_goes(rig: &Rig) {
    let _ = rig.nk(&["destroy", "--env", "prod", "--unprotect", "--yes"]).await.with_code(0);
    assert_eq!(ours(&rig.account().await), BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_made_and_mended_and_goes() {
    let rig = stand().await;
    let drifts: Vec<Drift> = serde_json::from_str(&meddle(&rig, &["list"]).await).unwrap();
    every_kind_is_there(&rig).await;
    nothing_is_left_out(&rig, &drifts).await;

    let mut wrong = Vec::new();
    for layer in 0..=drifts.iter().map(|drift| drift.layer).max().unwrap() {
        let mut expected = BTreeMap::<String, BTreeSet<String>>::new();
        for drift in drifts.iter().filter(|drift| drift.layer == layer) {
            expected.entry(drift.address.clone()).or_default().extend(drift.paths.clone());
            for (address, paths) in &drift.also {
                expected.entry(address.clone()).or_default().extend(paths.clone());
            }
        }
        meddle(&rig, &["drift", &layer.to_string()]).await;
        let plan = rig.plan("prod").await;
        let found: BTreeMap<_, _> =
            shown(&plan).into_iter().map(|(address, (_, paths))| (address, paths)).collect();
        for address in expected.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
            let (expected, found) = (expected.get(address), found.get(address));
            if expected != found {
                wrong.push(format!("{layer}: {address}: {expected:?} shows as {found:?}"));
            }
        }
        let applied = rig.apply("prod").await;
        if applied.code != Some(0) {
            wrong.push(format!("{layer}: {}\n{}", applied.out, applied.err));
        }
        // Whatever is not mended would show in every later layer, too.
        let plan = rig.plan("prod").await;
        if !plan.is_empty() {
            wrong.push(format!("{layer}: not mended: {:?}", shown(&plan)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    everything_goes(&rig).await;
    rig.satisfies_the_models().await;
}

#[tokio::test(flavor = "multi_thread")]
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
