//! How many calls nk makes: for a plan, and for each kind of an apply.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write,
    sync::Arc,
    time::Duration,
};

use nk_model::Calls;
use nk_tests::{
    ordeal::{Ordeal, Scene},
    proxy::{Recorded, Slow},
    rig::{Rig, Said},
};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");

/// What a plan of the whole topology may cost.
const PLAN: usize = 60;
/// How many round trips one after the other a plan may take.
const ROUNDS: usize = 4;
/// What its first apply may cost, the reading and the lock included.
const APPLY: usize = 130;

/// The calls that are made for one kind of resource; how many there may be of them, the kind itself
/// says, and so does the plan.
struct Budget {
    kind: &'static str,
    /// The call that makes or removes one.
    call: &'static str,
    /// The other calls that are made for it.
    others: &'static [&'static str],
}

const fn budget(kind: &'static str, call: &'static str, others: &'static [&'static str]) -> Budget {
    Budget { kind, call, others }
}

const CREATES: &[Budget] = &[
    budget("vpc", "ec2:CreateVpc", &["ec2:ModifyVpcAttribute"]),
    budget("subnet", "ec2:CreateSubnet", &[]),
    // What attaching answers does not tell whether it is available.
    budget(
        "internet-gateway",
        "ec2:CreateInternetGateway",
        &["ec2:AttachInternetGateway", "ec2:DescribeInternetGateways"],
    ),
    budget("elastic-ip", "ec2:AllocateAddress", &[]),
    budget("nat-gateway", "ec2:CreateNatGateway", &[]),
    // Whose the subnets are is looked at first: they change over from another table in one call.
    budget(
        "route-table",
        "ec2:CreateRouteTable",
        &["ec2:CreateRoute", "ec2:DescribeRouteTables", "ec2:AssociateRouteTable"],
    ),
    budget("security-group", "ec2:CreateSecurityGroup", &["ec2:AuthorizeSecurityGroupIngress"]),
    budget("role", "iam:CreateRole", &["iam:AttachRolePolicy", "iam:PutRolePolicy"]),
    budget("log-group", "logs:CreateLogGroup", &["logs:PutRetentionPolicy"]),
    budget("repository", "ecr:CreateRepository", &["ecr:PutLifecyclePolicy"]),
    budget("secret", "secretsmanager:CreateSecret", &[]),
    budget("db-subnet-group", "rds:CreateDBSubnetGroup", &[]),
    budget("db-instance", "rds:CreateDBInstance", &["secretsmanager:GetSecretValue"]),
    budget("user-pool", "cognito-idp:CreateUserPool", &[]),
    budget("user-pool-client", "cognito-idp:CreateUserPoolClient", &[]),
    // Its answer does not tell whether the prefix is in use yet.
    budget(
        "user-pool-domain",
        "cognito-idp:CreateUserPoolDomain",
        &["cognito-idp:DescribeUserPoolDomain"],
    ),
    // It is provisioned before anything can be made of it, so it is looked at once at least.
    budget(
        "load-balancer",
        "elasticloadbalancing:CreateLoadBalancer",
        &[
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeTags",
        ],
    ),
    budget(
        "target-group",
        "elasticloadbalancing:CreateTargetGroup",
        &["elasticloadbalancing:ModifyTargetGroupAttributes"],
    ),
    budget("listener", "elasticloadbalancing:CreateListener", &[]),
    budget("cluster", "ecs:CreateCluster", &[]),
    budget("task-definition", "ecs:RegisterTaskDefinition", &[]),
    budget("service", "ecs:CreateService", &[]),
    budget("dashboard", "monitoring:PutDashboard", &[]),
    budget("alarm", "monitoring:PutMetricAlarm", &[]),
];

/// What removes one of each kind.
const DESTROYS: &[Budget] = &[
    budget("vpc", "ec2:DeleteVpc", &[]),
    budget("subnet", "ec2:DeleteSubnet", &[]),
    budget("internet-gateway", "ec2:DeleteInternetGateway", &["ec2:DetachInternetGateway"]),
    budget("elastic-ip", "ec2:ReleaseAddress", &[]),
    budget("nat-gateway", "ec2:DeleteNatGateway", &["ec2:DescribeNatGateways"]),
    budget(
        "route-table",
        "ec2:DeleteRouteTable",
        &["ec2:DescribeRouteTables", "ec2:DisassociateRouteTable"],
    ),
    budget("security-group", "ec2:DeleteSecurityGroup", &[]),
    budget(
        "role",
        "iam:DeleteRole",
        &[
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:DetachRolePolicy",
            "iam:DeleteRolePolicy",
        ],
    ),
    budget("log-group", "logs:DeleteLogGroup", &[]),
    budget("repository", "ecr:DeleteRepository", &[]),
    budget("secret", "secretsmanager:DeleteSecret", &[]),
    budget("db-subnet-group", "rds:DeleteDBSubnetGroup", &["rds:DescribeDBSubnetGroups"]),
    budget("db-instance", "rds:DeleteDBInstance", &["rds:DescribeDBInstances"]),
    budget("user-pool", "cognito-idp:DeleteUserPool", &[]),
    budget("user-pool-client", "cognito-idp:DeleteUserPoolClient", &[]),
    budget(
        "user-pool-domain",
        "cognito-idp:DeleteUserPoolDomain",
        &["cognito-idp:DescribeUserPoolDomain"],
    ),
    budget(
        "load-balancer",
        "elasticloadbalancing:DeleteLoadBalancer",
        &["elasticloadbalancing:DescribeLoadBalancers", "ec2:DescribeNetworkInterfaces"],
    ),
    budget("target-group", "elasticloadbalancing:DeleteTargetGroup", &[]),
    budget("listener", "elasticloadbalancing:DeleteListener", &[]),
    budget("cluster", "ecs:DeleteCluster", &[]),
    budget(
        "task-definition",
        "ecs:DeregisterTaskDefinition",
        &["ecs:ListTaskDefinitions", "ecs:DeleteTaskDefinitions"],
    ),
    budget("service", "ecs:DeleteService", &["ecs:UpdateService", "ecs:DescribeServices"]),
    budget("dashboard", "monitoring:DeleteDashboards", &[]),
    budget("alarm", "monitoring:DeleteAlarms", &[]),
];

/// The credentials of an identity provider are read for it.
const CREDENTIALS: &str = "secretsmanager:(credentials)";

/// What only a stack with parameters, with HTTPS and with credentials of identity providers has.
const RICH_CREATES: &[Budget] = &[
    // Which parameters take effect at once is looked up.
    budget(
        "db-parameter-group",
        "rds:CreateDBParameterGroup",
        &["rds:DescribeDBParameters", "rds:ModifyDBParameterGroup"],
    ),
    budget(
        "listener",
        "elasticloadbalancing:CreateListener",
        &["elasticloadbalancing:DescribeRules", "elasticloadbalancing:CreateRule"],
    ),
    budget("identity-provider", "cognito-idp:CreateIdentityProvider", &[CREDENTIALS]),
];

const RICH_DESTROYS: &[Budget] = &[
    budget("db-parameter-group", "rds:DeleteDBParameterGroup", &[]),
    budget("identity-provider", "cognito-idp:DeleteIdentityProvider", &[]),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_and_an_apply_stay_within_their_budgets() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", STACK);

    let applied = rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    assert!(applied.out.contains("0 unchanged"), "{}", applied.out);
    let made = rig.proxy.take();
    assert!(made.len() <= APPLY, "{} calls for an apply", made.len());
    within_budgets(&made, CREATES, |calls| calls.create);
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
    within_budgets(&made, DESTROYS, |calls| calls.destroy);
    as_expected(&destroyed, made.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_and_identity_providers_stay_within_their_budgets() {
    let mut ordeal = Ordeal::start(env!("CARGO_BIN_EXE_nk"), Scene::Apply).await;
    let _ = ordeal.prepare().await;
    let mut counts = counted(&ordeal.carry_out().await);
    assert_eq!(over(&mut counts, RICH_CREATES, |calls| calls.create), Vec::<String>::new());
    // Nothing that was made is looked at once more where the answers have told it.
    let again = ["rds:DescribeDBParameterGroups", "elasticloadbalancing:DescribeListeners"];
    assert!(!again.iter().any(|name| counts.contains_key(*name)), "{counts:?}");

    ordeal.turn_to(Scene::Destroy);
    let mut counts = counted(&ordeal.carry_out().await);
    assert_eq!(over(&mut counts, RICH_DESTROYS, |calls| calls.destroy), Vec::<String>::new());
}

/// A stack with so many zones, which have two subnets each, and services.
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

/// By name how many calls a plan of an applied stack makes.
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

/// What a plan asks of more subnets and services: nothing more of the network, however many subnets
/// there are, and of the services only what AWS tells of one thing at a time.
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
        // The emulator's index of tags knows no repositories; AWS's does.
        ("ecr:ListTagsForResource", 36),
        ("ecs:DescribeServices", 3),
        ("ecs:DescribeTaskDefinition", 36),
        // The emulator's pages end after a hundred tags, AWS's after a hundred resources.
        ("tagging:GetResources", 7),
    ];
    assert_eq!(more, BTreeMap::from(expected));
}

/// How many of the calls came one after the other, each when the one before had been answered.
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
    // So far away that calls side by side overlap.
    rig.proxy.set_rule(Arc::new(Slow::new(|_| true, Duration::from_secs(1))));
    rig.proxy.take();
    rig.nk(&["plan", "--env", "dev", "--detailed-exitcode"]).await.with_code(0);
    let made = rig.proxy.take();
    let rounds = rounds(&made);
    assert!((2..=ROUNDS).contains(&rounds), "{rounds} rounds of {} calls", made.len());
}

/// Checks what was made after everything was read: each call belongs to a kind, and no kind makes
/// more calls than it says for each of its resources.
fn within_budgets(made: &[Recorded], budgets: &[Budget], allowed: fn(&Calls) -> usize) {
    let mut counts = counted(made);
    assert_eq!(over(&mut counts, budgets, allowed), Vec::<String>::new());
    assert_eq!(counts, BTreeMap::new(), "calls that belong to no kind");
}

/// How many calls of each name were made after everything was read.
fn counted(made: &[Recorded]) -> BTreeMap<String, usize> {
    // The lock is no kind's, nor is the certificate that an emulator may have issued.
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

/// The kinds that make more calls than they say; what they make is taken out of the counts.
fn over(
    counts: &mut BTreeMap<String, usize>,
    budgets: &[Budget],
    allowed: fn(&Calls) -> usize,
) -> Vec<String> {
    let mut over = Vec::new();
    for Budget { kind, call, others } in budgets {
        let resources = counts.remove(*call).unwrap_or(0);
        assert!(resources > 0, "no {kind} was made or removed");
        let others: usize = others.iter().filter_map(|name| counts.remove(*name)).sum();
        let info = nk_kinds::kind(kind).expect("a kind");
        if resources + others > allowed(&info.calls) * resources {
            over.push(format!("{kind}: {} calls for {resources}", resources + others));
        }
    }
    over
}

/// Checks that nk had expected about as many calls as there were: no fewer, and no more than a fifth
/// in addition, since the kinds say what a resource takes at most.
fn as_expected(said: &Said, made: usize) {
    let expected = said.out.lines().find(|line| line.starts_with("Expected:")).expect("a forecast");
    let calls = expected.split("about ").nth(1).and_then(|rest| rest.split(' ').next());
    let expected: usize = calls.expect("a number of calls").parse().unwrap();
    assert!((made..=made + made / 5).contains(&expected), "{expected} expected, {made} made");
}
