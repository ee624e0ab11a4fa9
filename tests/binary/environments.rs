//! A hundred environments in one account: a plan for one of them takes more calls only for full
//! pages of lists that AWS does not filter.

use std::collections::BTreeMap;

use nk_tests::{proxy::Recorded, rig::Rig};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");
/// How many others there are.
const OTHERS: usize = 100;

/// The lists that AWS filters neither by tag nor by the beginning of a name, and the maximum number
/// of items on their pages: they take one more call for each full page of the whole account, and
/// all are read at the same time.
const UNFILTERED: [(&str, usize); 6] = [
    // <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserPools.html>
    ("cognito-idp:ListUserPools", 60),
    ("ecr:DescribeRepositories", 1000),
    ("elasticloadbalancing:DescribeTargetGroups", 400),
    ("iam:GetAccountAuthorizationDetails", 1000),
    ("rds:DescribeDBInstances", 100),
    ("rds:DescribeDBParameterGroups", 100),
];

async fn plan(rig: &Rig) -> BTreeMap<String, usize> {
    rig.proxy.take();
    let said = rig.nk(&["plan", "--env", "dev", "--detailed-exitcode"]).await;
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    let mut counts = BTreeMap::new();
    for name in rig.proxy.take().iter().map(Recorded::name) {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_environments_cost_a_plan_nothing_but_pages() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", STACK);
    let _ = rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    let alone = plan(&rig).await;
    let count = OTHERS.to_string();
    let arguments = [&rig.emulator, "ap-northeast-1", "neuraKnot", &count];
    rig.python("environments.py", &arguments).await;
    let among_others = plan(&rig).await;
    let grown = among_others.iter().filter(|(name, count)| alone.get(*name) != Some(*count));
    for (name, count) in grown {
        let page = UNFILTERED.iter().find(|(unfiltered, _)| unfiltered == name);
        let (_, page) = page.unwrap_or_else(|| panic!("{name}: {count}, {:?}", alone.get(name)));
        let before = alone.get(name).copied().unwrap_or(0);
        // At most four of a kind in an environment, and what the account has by default.
        let pages = (4 * (OTHERS + 1)).div_ceil(*page);
        assert!(*count <= before + pages, "{name}: {count} calls, {before} alone");
    }
    assert_eq!(alone.keys().collect::<Vec<_>>(), among_others.keys().collect::<Vec<_>>());
}
