//! Every key of the stack file that can change: the plan shows the consequences and no more, an
//! apply leaves nothing to do, and so does the way back. What cannot change is refused.

#[path = "keys/cases.rs"]
mod cases;
#[path = "keys/known.rs"]
mod known;

use std::collections::{BTreeSet, HashMap};

use cases::{cases, refused};
use known::{changed, known};
use nk_model::{Action, Plan};
use nk_tests::{kinds::Refused, rig::Rig};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");
/// Stands for the ARN of a certificate that the emulator has issued.
const CERTIFICATE: &str = "arn:aws:acm:ap-northeast-1:123456789012:certificate/of-mine";

fn edited<'a>(changes: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    changes.into_iter().fold(STACK.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the stack file does not say {from}");
        text.replacen(from, to, 1)
    })
}

/// A plan as lines: sign, address, and each field unless the resource is simply created or deleted.
fn lines(plan: &Plan) -> BTreeSet<String> {
    let sigils: HashMap<_, _> = [
        (Action::Create, "+"),
        (Action::Destroy, "-"),
        (Action::Update, "~"),
        (Action::Supersede, "~"),
        (Action::ReplaceCreate, "-/+"),
        (Action::ReplaceDestroy, "-/+"),
    ]
    .into();
    let mut lines = BTreeSet::new();
    for step in &plan.steps {
        let line = format!("{} {}", sigils[&step.action], step.address);
        if step.changes.is_empty() {
            lines.insert(line.clone());
        }
        lines.extend(step.changes.iter().map(|change| format!("{line} {}", change.path)));
    }
    lines
}

/// The keys that are not changed here, with the reason.
const UNCHANGED: [(&str, &str); 2] = [
    ("account", "another account is another stack"),
    ("project", "another project is another stack"),
];

#[test]
fn every_key_is_changed_or_refused() {
    let keys = known(&edited([("[logs]", "[alarms]\n\n[cost]\n\n[logs]")]));
    assert!(keys.len() > 60, "{keys:?}");
    let cases = cases();
    let cases = cases.iter().map(|case| (&*case.from, &*case.to));
    let refused = refused().map(|case| (&*case.from, &*case.to));
    let touched = cases.chain(refused).flat_map(|case| changed(&keys, STACK, &edited([case])));
    let touched: BTreeSet<_> = touched.collect();
    let untouched: BTreeSet<_> =
        keys.iter().map(String::as_str).filter(|key| !touched.contains(key)).collect();
    assert_eq!(untouched, UNCHANGED.map(|(key, _)| key).into());
}

async fn rig(emulator: &str, environment: &str) -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), emulator).await;
    write(&rig, STACK);
    let _ = rig.apply(environment).await.with_code(0);
    rig
}

fn write(rig: &Rig, text: &str) {
    let _ = rig.write("stacks/neuraknot.toml", text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_shows_what_follows_from_it_there_and_back() {
    let rig = rig("moto", "dev").await;
    let certificate = certificate(&rig).await;
    there_and_back(rig, "dev", Some(certificate)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_does_in_production() {
    let rig = rig("moto", "prod").await;
    let certificate = certificate(&rig).await;
    there_and_back(rig, "prod", Some(certificate)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_does_on_an_emulator_with_other_mistakes() {
    // Its Python cannot issue a certificate.
    there_and_back(rig("ministack", "dev").await, "dev", None).await;
}

/// The ARN of a certificate that the emulator has issued.
async fn certificate(rig: &Rig) -> String {
    let place = [rig.emulator.as_str(), "ap-northeast-1", "neuraKnot-dev", "certificate"];
    serde_json::from_str(&rig.python("strangers.py", &place).await).unwrap()
}

/// Makes every change and reverts it. In `prod` some keys have values of their own, so the
/// consequences of each change are known only in `dev`.
async fn there_and_back(rig: Rig, environment: &str, certificate: Option<String>) {
    let mut wrong = Vec::new();
    let unseen = rig.lies().into_iter().map(|lie| format!("{} {}", lie.kind, lie.field));
    let unseen: BTreeSet<_> = unseen.collect();
    // Such as `~ db-instance.main port`.
    let is_seen = |line: &&String| {
        let mut words = line.split(['.', ' ']).skip(1);
        let kind = words.next().expect("a line names a kind");
        line.splitn(3, ' ').nth(2).is_none_or(|field| !unseen.contains(&format!("{kind} {field}")))
    };
    let mut all = cases();
    all.retain(|case| certificate.is_some() || !case.to.contains(CERTIFICATE));
    for number in 0..=all.iter().map(|case| case.round).max().expect("there are cases") {
        let cases: Vec<_> = all.iter().filter(|case| case.round == number).collect();
        let expected: BTreeSet<_> =
            cases.iter().flat_map(|case| &case.shows).filter(is_seen).cloned().collect();
        for (way, text, expected) in [
            ("there", edited(cases.iter().map(|case| (&*case.from, &*case.to))), Some(&expected)),
            ("back", STACK.to_owned(), None),
        ] {
            write(&rig, &text.replace(CERTIFICATE, certificate.as_deref().unwrap_or_default()));
            let shown = lines(&rig.plan(environment).await);
            let told = environment == "dev";
            if let Some(expected) = expected.filter(|expected| told && **expected != shown) {
                let unexpected: Vec<_> = shown.difference(expected).collect();
                let missing: Vec<_> = expected.difference(&shown).collect();
                wrong.push(format!("{number}: {unexpected:?} instead of {missing:?}"));
            }
            let applied = rig.apply(environment).await;
            if applied.code != Some(0) {
                wrong.push(format!("{number}, {way}: {}\n{}", applied.out, applied.err));
            }
            let left = lines(&rig.plan(environment).await);
            if !left.is_empty() {
                wrong.push(format!("{number}, {way}: left to do: {left:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    rig.satisfies_the_models().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_change_is_refused_and_nothing_is_touched() {
    let rig = rig("moto", "dev").await;
    for Refused { from, to, code, reason } in refused() {
        write(&rig, &edited([(&**from, &**to)]));
        rig.proxy.take();
        let said = rig.apply("dev").await;
        assert_eq!(said.code, Some(*code), "{to}: {}\n{}", said.out, said.err);
        assert!(said.err.contains(reason), "{to}: {}", said.err);
        let changing = rig.proxy.take().into_iter().filter(|call| call.changes);
        // The calls for the lock are the only ones.
        let changing: BTreeSet<_> = changing.map(|call| call.name()).collect();
        let lock = ["ssm:PutParameter", "ssm:DeleteParameter"].map(str::to_owned).into();
        assert!(changing.is_subset(&lock), "{to}: {changing:?}");
    }
    write(&rig, STACK);
    assert!(rig.plan("dev").await.is_empty());
}
