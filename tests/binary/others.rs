//! What belongs to others is never adopted, changed or deleted, and never in a plan.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use nk_model::LiveValue;
use nk_tests::{
    planned::shown,
    proxy::{Before, Call, Refusal, Refusals, Rule, Times},
    rig::{Rig, Said},
};
use serde_json::Value as Json;
use tokio::sync::Notify;

const STACK: &str = include_str!("../../stacks/neuraknot.toml");

async fn rig() -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    let _ = rig.write("stacks/neuraknot.toml", STACK);
    rig
}

async fn strangers(rig: &Rig, arguments: &[&str]) -> Json {
    // Through the proxy, because its refusals also depend on what others have created.
    let endpoint = rig.proxy.endpoint.as_str();
    let arguments = [&[endpoint, "ap-northeast-1", "neuraKnot-dev"], arguments].concat();
    serde_json::from_str(&rig.python("strangers.py", &arguments).await).unwrap()
}

/// The changing calls since the last time, without those for the lock.
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
    let rig = rig().await;
    for (whose, reason) in
        [("nobody", "has no tag `nk:stack`"), ("other", "its tag `nk:stack` is `another-dev`")]
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
    let rig = rig().await;
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

const DESTROY: [&str; 4] = ["destroy", "--env", "dev", "--yes"];

/// The ids of foreign resources in the stack's VPC.
fn ids(theirs: &Json) -> Vec<&str> {
    let keys = [
        ("interfaces", "NetworkInterfaceId"),
        ("subnets", "SubnetId"),
        ("groups", "GroupId"),
        ("tables", "RouteTableId"),
    ];
    let ids = keys.map(|(list, key)| theirs[list][0][key].as_str().unwrap());
    ids.to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_of_others_keeps_a_vpc_is_named_and_not_waited_for() {
    let rig = rig().await;
    let times = Times { pending: Duration::ZERO, linger: Duration::ZERO, unheard: Duration::ZERO };
    rig.proxy.set_rule(Arc::new(Refusals::new(times)));
    let _ = rig.apply("dev").await.with_code(0);
    let theirs = strangers(&rig, &["inside"]).await;
    let [interface, subnet, group, table] = ids(&theirs)[..] else { panic!("{theirs}") };
    rig.proxy.take();

    // Before anything is deleted.
    let said = rig.nk(&DESTROY).await.with_code(1);
    let names = [
        format!("`vpc.main`: network interface {interface} of \"of mine\" stands in it"),
        format!("`vpc.main`: subnet {subnet} (\"neuraKnot-dev-vpc\") stands in it"),
        format!("`vpc.main`: security group {group} (\"neuraKnot-dev-vpc\") stands in it"),
        format!("`vpc.main`: route table {table} (\"neuraKnot-dev-vpc\") stands in it"),
    ];
    for name in &names {
        assert!(said.err.contains(name), "{name}: {}", said.err);
    }
    assert_eq!(said.err.matches("stands in it").count(), names.len(), "{}", said.err);
    assert_eq!(changing(&rig), Vec::<String>::new());

    // With `--unprotect`, as much as possible is deleted, at once.
    let unprotected = [&DESTROY[..], &["--unprotect"]].concat();
    let said = rig.nk(&unprotected).await.with_code(3);
    let kept = format!("(in the way: network interface {interface} of \"of mine\")");
    assert!(said.err.contains("could not remove `subnet.private-1`"), "{}", said.err);
    assert!(said.err.contains(&kept), "{}", said.err);
    assert!(said.err.contains("remove what is in the way, or move it elsewhere"), "{}", said.err);
    assert_eq!(strangers(&rig, &["look"]).await, theirs);

    let _ = strangers(&rig, &["outside"]).await;
    let _ = rig.nk(&DESTROY).await.with_code(0);
    let left = rig.nk(&["plan", "--env", "dev"]).await.with_code(0);
    assert!(left.out.contains(" 0 unchanged"), "{}", left.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_security_group_of_others_by_our_name_is_refused_by_the_plan() {
    let rig = rig().await;
    let _ = rig.apply("dev").await.with_code(0);
    let theirs = strangers(&rig, &["group"]).await;
    rig.proxy.take();
    let said = rig.nk(&["plan", "--env", "dev"]).await.with_code(1);
    let id = theirs.as_str().unwrap();
    let refused = format!("`security-group.rds` exists as `{id}`, but is not managed by nk");
    assert!(said.err.contains(&refused), "{}", said.err);
    let _ = rig.apply("dev").await.with_code(1);
    assert_eq!(changing(&rig), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_made_by_hand_are_named_and_none_of_them_is_touched() {
    let rig = rig().await;
    let _ = rig.apply("dev").await.with_code(0);
    let twins = strangers(&rig, &["twins"]).await;
    rig.proxy.take();
    for command in [&["plan", "--env", "dev"][..], &["apply", "--env", "dev", "--yes"]] {
        let said = rig.nk(command).await.with_code(1);
        for (address, id) in twins.as_object().unwrap() {
            let named = format!("`{address}` exists 2 times: ");
            let line = said.err.lines().find(|line| line.contains(&named));
            let line = line.unwrap_or_else(|| panic!("{address}: {}", said.err));
            assert!(line.contains(id.as_str().unwrap()), "{line}");
        }
        assert!(said.err.contains("delete all but the one in use by hand"), "{}", said.err);
    }
    assert_eq!(changing(&rig), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_provider_that_others_have_added_stays_where_it_is() {
    let rig = rig().await;
    let _ = rig.apply("dev").await.with_code(0);
    let theirs = strangers(&rig, &["provider"]).await;
    assert_eq!(theirs["client"], serde_json::json!(["COGNITO", "Mine"]));
    let plan = rig.plan("dev").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));

    let _ =
        rig.write("stacks/neuraknot.toml", &STACK.replace("access = \"1h\"", "access = \"2h\""));
    rig.proxy.take();
    let _ = rig.apply("dev").await.with_code(0);
    assert!(changing(&rig).contains(&"cognito-idp:UpdateUserPoolClient".to_owned()));
    assert_eq!(strangers(&rig, &["providers"]).await, theirs);
    let _ = rig.nk(&[&DESTROY[..], &["--unprotect"]].concat()).await.with_code(0);
}

/// The first revocation of rules is too late: one of them is gone.
#[derive(Default)]
struct TooLate {
    refused: AtomicBool,
    told: Notify,
}

impl Rule for TooLate {
    fn before(&self, call: &Call) -> Before {
        let revokes = call.name() == "ec2:RevokeSecurityGroupIngress";
        if !revokes || self.refused.swap(true, Ordering::SeqCst) {
            return Before::Pass;
        }
        self.told.notify_one();
        let message = "The security group rule ID 'sgr-1' does not exist";
        Before::Refuse(Refusal::new(400, "InvalidSecurityGroupRuleId.NotFound", message))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_others_have_revoked_keeps_no_other() {
    let rig = rig().await;
    let _ = rig.apply("dev").await.with_code(0);
    let _ = strangers(&rig, &["rules"]).await;
    let rule = Arc::new(TooLate::default());
    rig.proxy.set_rule(Arc::clone(&rule) as Arc<dyn Rule>);
    let meanwhile = async {
        rule.told.notified().await;
        strangers(&rig, &["rule"]).await
    };
    let (applied, _) = tokio::join!(rig.apply("dev"), meanwhile);
    let _ = applied.with_code(0);
    let plan = rig.plan("dev").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_says_whose_it_is_but_those_that_come_with_a_group() {
    let rig = rig().await;
    let _ = rig.apply("dev").await.with_code(0);
    let account = rig.account().await;
    let ours = |one: &&Json| one["Tags"].to_string().contains("neuraKnot-dev");
    let list = |name: &str| account[name].as_array().unwrap().iter();
    let groups: Vec<_> = list("security-groups").filter(ours).map(|one| &one["GroupId"]).collect();
    let rules = list("security-group-rules").filter(|one| groups.contains(&&one["GroupId"]));
    let (tagged, bare): (Vec<_>, Vec<_>) = rules.partition(ours);
    assert!(!tagged.is_empty());
    assert!(bare.iter().all(|rule| rule["IsEgress"] == true), "{bare:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_registry_decides_is_no_difference() {
    let rig = rig().await;
    let _ = rig.apply("dev").await.with_code(0);
    let _ = strangers(&rig, &["scanning"]).await;
    let plan = rig.plan("dev").await;
    assert!(plan.is_empty(), "{:?}", shown(&plan));
    let repository = |live: &&LiveValue| live.address.kind() == "repository";
    let notes: Vec<_> = plan.unchanged.iter().filter(repository).map(|live| &live.notes).collect();
    let note = "the settings of the registry control whether images are scanned";
    assert!(notes.iter().all(|notes| **notes == [note]), "{notes:?}");
}
