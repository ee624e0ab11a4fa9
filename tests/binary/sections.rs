//! Sections that a stack file does not have, and those that it had before: sections that are added
//! and removed, and an environment that is created again.

use std::collections::BTreeSet;

use nk_model::{Part, Step};
use nk_tests::{planned::shown, proxy::Recorded, rig::Rig};
use serde_json::{Value as Json, json};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");
const HEAD: &str = "project = \"neuraKnot\"\nregion = \"ap-northeast-1\"\n";
const AUTH: &str = "[auth]\nsign-in = [\"username\"]\n\
                    callback-urls = [\"http://localhost:3000/back\"]\nproviders = [\"google\"]\n";
const NETWORK: &str = "[network]\ncidr = \"10.0.0.0/16\"\nnat = \"single\"\nzones = [{ \
                       name = \"ap-northeast-1a\", public = \"10.0.1.0/24\", \
                       private = \"10.0.10.0/24\" }]\n";
/// A second zone, which a load balancer needs.
const ZONES: &str = "zones = [{ name = \"ap-northeast-1c\", public = \"10.0.2.0/24\", \
                     private = \"10.0.20.0/24\" }, ";
const DESTROY: [&str; 5] = ["destroy", "--env", "dev", "--yes", "--unprotect"];

async fn rig() -> Rig {
    Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await
}

fn write(rig: &Rig, parts: &[&str]) {
    let _ = rig.write("stacks/neuraknot.toml", &parts.concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_with_auth_alone_is_the_business_of_cognito_alone() {
    let rig = rig().await;
    write(&rig, &[HEAD, AUTH]);
    let _ = rig.apply("dev").await.with_code(0);
    assert!(rig.plan("dev").await.is_empty());
    let services: BTreeSet<_> = rig.proxy.take().into_iter().map(|call| call.service).collect();
    // The caller, the lock, the secret with the providers' credentials, and one question to the tag
    // index: whether there was ever more.
    let expected = ["cognito-idp", "secretsmanager", "ssm", "sts", "tagging"];
    assert_eq!(services, expected.map(str::to_owned).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_removed_section_has_left_behind_is_found() {
    let rig = rig().await;
    let empty = rig.account().await;
    write(&rig, &[HEAD, AUTH, NETWORK]);
    let _ = rig.apply("dev").await.with_code(0);
    write(&rig, &[HEAD, AUTH]);
    let plan = rig.plan("dev").await;
    let going: BTreeSet<_> = plan.steps.iter().map(|step| step.address.kind()).collect();
    for kind in ["elastic-ip", "internet-gateway", "nat-gateway", "route-table", "subnet", "vpc"] {
        assert!(going.contains(kind), "{kind} is not in {going:?}");
    }
    let _ = rig.nk(&DESTROY).await.with_code(0);
    // A secret that is scheduled for deletion is not in lists.
    assert_eq!(rig.account().await, empty);

    write(&rig, &[HEAD, AUTH, NETWORK]);
    let _ = rig.apply("dev").await.with_code(0);
    write(&rig, &[HEAD, AUTH]);
    let _ = rig.apply("dev").await.with_code(0);
    assert!(rig.plan("dev").await.is_empty());
    rig.satisfies_the_models().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_database_takes_its_secret_with_it() {
    let rig = rig().await;
    let empty = rig.account().await;
    let (with_database, _) = STACK.split_once("[auth]").unwrap();
    let (without, _) = with_database.split_once("[database]").unwrap();

    // If the database may be deleted, everything that its section described is deleted with it.
    write(&rig, &[with_database]);
    let _ = rig.apply("dev").await.with_code(0);
    write(&rig, &[without]);
    let allowed = ["apply", "--env", "dev", "--yes", "--remove", "db-instance.main"];
    let applied = rig.nk(&allowed).await.with_code(0);
    assert!(applied.out.contains("-  secret.db-password"), "{}", applied.out);
    assert!(rig.plan("dev").await.is_empty());

    // So does a destroy, whatever the stack file says by then.
    write(&rig, &[with_database, AUTH]);
    let _ = rig.apply("dev").await.with_code(0);
    write(&rig, &[without]);
    let _ = rig.nk(&DESTROY).await.with_code(0);
    assert_eq!(rig.account().await, empty);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_whose_images_would_be_lost_is_not_even_planned_to_go() {
    let rig = rig().await;
    write(&rig, &[STACK]);
    let _ = rig.apply("dev").await.with_code(0);
    for name in ["nextjs-frontend", "python-ai"] {
        let repository = format!("neuraknot-dev-{name}");
        rig.python("push.py", &[&rig.emulator, "ap-northeast-1", &repository]).await;
    }
    let (front, rest) = STACK.split_once("[services.python-ai]").unwrap();
    let (_, rest) = rest.split_once("[logs]").unwrap();
    write(&rig, &[&front.replace("calls = [\"python-ai\"]\n", ""), "[logs]", rest]);
    rig.proxy.take();
    for command in [&["plan", "--env", "dev"][..], &["apply", "--env", "dev", "--yes"]] {
        let refused = rig.nk(command).await.with_code(1);
        for name in ["nextjs-frontend", "python-ai"] {
            let guard = format!("`repository.{name}`: it contains 1 image");
            assert!(refused.err.contains(&guard), "{}", refused.err);
        }
    }
    let changing = rig.proxy.take().into_iter().filter(|call| call.changes);
    let changing: Vec<_> = changing.filter(|call| call.service != "ssm").collect();
    assert!(changing.is_empty(), "{changing:?}");
}

/// The names of the snapshots that were to be taken.
fn snapshots(calls: &[Recorded]) -> Vec<String> {
    let deletions = calls.iter().filter(|call| call.name() == "rds:DeleteDBInstance");
    let names = deletions.filter_map(|call| {
        assert_eq!(call.status, 200);
        let text = call.text();
        let (_, rest) = text.split_once("FinalDBSnapshotIdentifier=")?;
        Some(rest.split('&').next().unwrap_or(rest).to_owned())
    });
    names.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn production_comes_back_within_the_days_of_its_secrets() {
    let rig = rig().await;
    write(&rig, &[STACK]);
    let password = ["secrets", "--env", "prod", "get", "db-password", "password"];
    let destroy = ["destroy", "--env", "prod", "--yes", "--unprotect"];
    let _ = rig.apply("prod").await.with_code(0);
    let before = rig.nk(&password).await.with_code(0).out;
    rig.proxy.take();
    let _ = rig.nk(&destroy).await.with_code(0);
    let mut left = snapshots(&rig.proxy.take());

    let plan = rig.plan("prod").await;
    let restored = plan.steps.iter().filter(|step| step.part == Part::Restores);
    let restored: Vec<_> = restored.map(|step| step.address.as_str()).collect();
    assert_eq!(restored, ["secret.db-password", "secret.oauth-credentials"]);
    rig.proxy.take();
    let _ = rig.apply("prod").await.with_code(0);
    let made = rig.proxy.take();
    assert_eq!(made.iter().filter(|call| call.operation == "RestoreSecret").count(), 2);
    assert_eq!(rig.nk(&password).await.with_code(0).out, before);
    let plan = rig.plan("prod").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));

    let _ = rig.nk(&destroy).await.with_code(0);
    left.extend(snapshots(&rig.proxy.take()));
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left[0] != left[1], "{left:?}");
}

/// The stack file, for one account.
fn in_account(account: &str) -> String {
    STACK.replacen("region  =", &format!("account = \"{account}\"\nregion  ="), 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_of_the_stack_file_is_the_only_one_but_for_a_rehearsal() {
    let rig = rig().await;
    write(&rig, &[&in_account("999999999999")]);
    let said = rig.nk_without_local(&["plan", "--env", "dev"]).await.with_code(1);
    let theirs = format!("credentials are of account {}", rig.account_id());
    for word in ["account 999999999999", &theirs] {
        assert!(said.err.contains(word), "no `{word}` in:\n{}", said.err);
    }
    let _ = rig.nk(&["plan", "--env", "prod"]).await.with_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_certificate_it_requires_a_stack_can_still_be_read_and_removed() {
    let rig = rig().await;
    write(&rig, &[HEAD, AUTH, "[load-balancer]\n", &NETWORK.replace("zones = [", ZONES)]);
    let _ = rig.nk_without_local(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    write(
        &rig,
        &[
            HEAD,
            "protect = true\n",
            AUTH,
            "[load-balancer]\n",
            &NETWORK.replace("zones = [", ZONES),
        ],
    );
    for refused in [&["plan"][..], &["apply", "--yes"], &["graph", "--plan"]] {
        let said = rig.nk_without_local(&[refused, &["--env", "dev"]].concat()).await.with_code(4);
        assert!(said.err.contains("HTTPS is required in `dev`"), "{refused:?}: {}", said.err);
    }
    for fine in [
        &["output"][..],
        &["unlock"],
        &["secrets", "get", "oauth-credentials"],
        &["destroy", "--yes", "--unprotect"],
    ] {
        let _ = rig.nk_without_local(&[fine, &["--env", "dev"]].concat()).await.with_code(0);
    }
    rig.satisfies_the_models().await;
}

/// The addresses for which a plan has steps, with their changes.
async fn changes(rig: &Rig) -> Vec<(String, String)> {
    let steps = rig.plan("dev").await.steps.into_iter();
    let paths = |step: &Step| -> Vec<_> {
        let restored = (step.part == Part::Restores).then(|| "restored".to_owned());
        restored.into_iter().chain(step.changes.iter().map(|change| change.path.clone())).collect()
    };
    steps.map(|step| (step.address.to_string(), paths(&step).join(" "))).collect()
}

async fn nothing_is_left_to_do(rig: &Rig) {
    let plan = rig.plan("dev").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));
}

async fn set_credential(rig: &Rig, key: &str, value: &str) {
    let file = rig.write("value", value);
    let file = file.to_str().unwrap();
    let set = ["secrets", "--env", "dev", "set", "oauth-credentials", key, "--from-file", file];
    let _ = rig.nk(&set).await.with_code(0);
}

async fn delete_credentials(rig: &Rig, how: &[&str]) {
    let place = [&rig.emulator, "ap-northeast-1", "neuraKnot-dev"];
    let what = [&place[..], &["delete-secret", "oauth-credentials"], how].concat();
    rig.python("strangers.py", &what).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_provider_outlives_its_credentials_and_follows_them() {
    let change = |address: &str, paths: &str| (address.to_owned(), paths.to_owned());
    let rig = rig().await;
    write(&rig, &[HEAD, AUTH]);
    let _ = rig.apply("dev").await.with_code(0);
    set_credential(&rig, "google.client_id", "an id").await;
    set_credential(&rig, "google.client_secret", "the first").await;
    let _ = rig.apply("dev").await.with_code(0);
    nothing_is_left_to_do(&rig).await;

    set_credential(&rig, "google.client_secret", "the second").await;
    let outdated = change("identity-provider.google", "credentials-outdated");
    assert_eq!(changes(&rig).await, [outdated]);
    let _ = rig.apply("dev").await.with_code(0);
    nothing_is_left_to_do(&rig).await;

    // If others have scheduled the secret for deletion, it is restored and nothing else changes.
    delete_credentials(&rig, &[]).await;
    assert_eq!(changes(&rig).await, [change("secret.oauth-credentials", "restored")]);
    let _ = rig.apply("dev").await.with_code(0);

    // If it is deleted for good, it is created again, and the provider is kept as it is.
    delete_credentials(&rig, &["force"]).await;
    assert_eq!(changes(&rig).await, [change("secret.oauth-credentials", "")]);
    let _ = rig.apply("dev").await.with_code(0);
    nothing_is_left_to_do(&rig).await;
    let plan = rig.plan("dev").await;
    let note = plan.notes.iter().find(|note| note.about == "identity-provider.google");
    assert!(note.is_some_and(|note| note.text.contains("goes on")), "{:?}", plan.notes);

    // After a destroy, one apply creates everything again.
    set_credential(&rig, "google.client_id", "an id").await;
    set_credential(&rig, "google.client_secret", "the third").await;
    let _ = rig.apply("dev").await.with_code(0);
    let _ = rig.nk(&DESTROY).await.with_code(0);
    let back = changes(&rig).await;
    assert!(back.contains(&change("identity-provider.google", "")), "{back:?}");
    let _ = rig.apply("dev").await.with_code(0);
    nothing_is_left_to_do(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_there_is_told_and_not_used() {
    let rig = rig().await;
    let arn = "arn:aws:acm:ap-northeast-1:123456789012:certificate/a";
    let named = format!("https = \"optional\"\ncertificate = \"{arn}\"");
    write(&rig, &[&STACK.replacen("https = \"optional\"", &named, 1)]);
    // As with AWS: `--local` does not ask for anything that only AWS has.
    let text = rig.nk_without_local(&["plan", "--env", "dev"]).await.with_code(0).out;
    assert!(text.contains("ACM says NOT_FOUND of"), "{text}");
    assert!(text.contains("+  listener.http\n") && !text.contains("+  listener.https"), "{text}");
    let asked = rig.proxy.take().into_iter().filter(|call| call.service == "acm");
    let asked: Vec<_> = asked.map(|call| call.name()).collect();
    assert_eq!(asked, ["acm:DescribeCertificate"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_prints_documents_if_asked_to() {
    let rig = rig().await;
    write(&rig, &[STACK]);
    let document = async |arguments: &[&str]| -> Json {
        let said = rig.nk(&[arguments, &["--env", "dev", "--json"]].concat()).await.with_code(0);
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.out))
    };
    let planned = document(&["plan"]).await;
    assert_eq!(planned["region"], "ap-northeast-1");
    assert_eq!(planned["account"], rig.account_id());
    assert!(planned["caller"].as_str().unwrap().starts_with("arn:aws:"), "{}", planned["caller"]);
    assert_eq!(planned["cost"]["region"], "ap-northeast-1");
    let cost = &planned["cost"];
    let sum = cost["fixed"].as_f64().unwrap() + cost["used"].as_f64().unwrap();
    assert!((cost["change"].as_f64().unwrap() - sum).abs() < 0.01, "there was nothing: {cost}");
    let windows = planned["notes"].as_array().unwrap().iter();
    let windows = windows.filter_map(|note| note["text"].as_str());
    let windows: Vec<_> = windows.filter(|text| text.ends_with("JST")).collect();
    assert_eq!(
        windows,
        [
            "`backup-window` is 17:00-18:00 UTC = 02:00-03:00 JST",
            "`maintenance-window` is sat:19:00-sat:20:00 UTC = sun:04:00-sun:05:00 JST",
        ]
    );
    assert_eq!(document(&["unlock"]).await["removed"], Json::Null);

    let _ = rig.apply("dev").await.with_code(0);
    let planned = document(&["plan"]).await;
    assert!(!planned["notes"].to_string().contains("JST"), "{}", planned["notes"]);
    let value = rig.write("value", "an id");
    let set = ["secrets", "set", "oauth-credentials", "google.client_id", "--from-file"];
    assert_eq!(
        document(&[&set[..], &[value.to_str().unwrap()]].concat()).await,
        json!({"secret": "neuraKnot-dev-oauth-credentials", "set": "google.client_id"})
    );
    let get = ["secrets", "get", "oauth-credentials", "google.client_id"];
    assert_eq!(document(&get).await, "an id");
    assert!(document(&["output"]).await["cluster"].is_string());
}
