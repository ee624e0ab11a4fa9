//! The real nk against the emulator it starts itself: both environments side by side.

use nk_tests::rig::Rig;
use serde_json::Value as Json;

const STACK: &str = include_str!("../../stacks/neuraknot.toml");

async fn rig() -> Rig {
    rig_on("moto").await
}

async fn rig_on(product: &str) -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), product).await;
    rig.write("stacks/neuraknot.toml", STACK);
    rig
}

/// What the account list contains that belongs to this environment, and the rest. What is created
/// and deleted with a VPC or a security group has no name, but refers to those.
fn split(account: &Json, prefix: &str) -> (Vec<String>, Vec<String>) {
    let lists = account.as_object().unwrap();
    let all: Vec<_> = lists
        .iter()
        .flat_map(|(kind, items)| {
            items.as_array().unwrap().iter().map(move |item| format!("{kind} {item}"))
        })
        .collect();
    let mut marks = vec![prefix.to_owned(), prefix.to_lowercase()];
    for (list, id) in [("vpcs", "VpcId"), ("security-groups", "GroupId")] {
        for item in lists[list].as_array().unwrap() {
            let text = item.to_string();
            if marks.iter().any(|mark| text.contains(mark)) {
                marks.push(item[id].as_str().unwrap().to_owned());
            }
        }
    }
    all.into_iter().partition(|item| marks.iter().any(|mark| item.contains(mark)))
}

#[tokio::test(flavor = "multi_thread")]
async fn both_environments_come_and_go_side_by_side() {
    both_environments_come_and_go(rig().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_environments_come_and_go_on_another_emulator_as_well() {
    both_environments_come_and_go(rig_on("ministack").await).await;
}

async fn both_environments_come_and_go(rig: Rig) {
    let empty = rig.account().await;
    for environment in ["dev", "prod"] {
        rig.nk(&["apply", "--env", environment, "--yes"]).await.with_code(0);
        let plan =
            rig.nk(&["plan", "--env", environment, "--detailed-exitcode"]).await.with_code(0);
        assert!(plan.out.contains("Nothing to do"), "{}", plan.out);
    }
    // Applied again, nothing changes: the calls for the lock are the only changing ones.
    rig.proxy.take();
    rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    let changes: Vec<_> =
        rig.proxy.take().into_iter().filter(|one| one.changes).map(|one| one.name()).collect();
    assert_eq!(changes, ["ssm:PutParameter", "ssm:DeleteParameter"]);

    let (_, before) = split(&rig.account().await, "neuraKnot-dev");
    rig.nk(&["destroy", "--env", "dev", "--yes", "--unprotect"]).await.with_code(0);
    let (dev, after) = split(&rig.account().await, "neuraKnot-dev");
    assert_eq!(dev, Vec::<String>::new());
    let lost: Vec<_> = before.iter().filter(|one| !after.contains(one)).collect();
    let new: Vec<_> = after.iter().filter(|one| !before.contains(one)).collect();
    assert!(lost.is_empty() && new.is_empty(), "destroying dev made of {lost:#?}\n{new:#?}");
    rig.nk(&["plan", "--env", "prod", "--detailed-exitcode"]).await.with_code(0);

    rig.nk(&["destroy", "--env", "prod", "--yes", "--unprotect"]).await.with_code(0);
    rig.nk(&["destroy", "--env", "prod", "--yes", "--unprotect"]).await.with_code(0);
    assert_eq!(rig.account().await, empty);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_satisfies_the_models_of_aws() {
    let rig = rig().await;
    for arguments in [
        &["apply", "--env", "prod", "--yes"][..],
        &["plan", "--env", "prod"],
        &["output", "--env", "prod"],
        &["destroy", "--env", "prod", "--yes", "--unprotect"],
    ] {
        rig.nk(arguments).await.with_code(0);
    }
    rig.satisfies_the_models().await;
}
