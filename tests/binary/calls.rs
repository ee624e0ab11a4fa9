//! How many calls nk makes: for a plan, and for each kind of an apply.

use std::collections::{BTreeMap, HashSet};

use nk_tests::{proxy::Recorded, rig::Rig};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");

/// What a plan of the whole topology may cost.
const PLAN: usize = 60;
/// What its first apply may cost, the reading and the lock included.
const APPLY: usize = 130;

/// What making one kind of resource may cost.
struct Budget {
    kind: &'static str,
    /// The call that makes one.
    create: &'static str,
    /// How many calls each may take from nothing to what is wanted, where AWS is done at once.
    calls: usize,
    /// The other calls that are made for it.
    others: &'static [&'static str],
}

const fn budget(
    kind: &'static str,
    calls: usize,
    create: &'static str,
    others: &'static [&'static str],
) -> Budget {
    Budget { kind, create, calls, others }
}

const BUDGETS: &[Budget] = &[
    budget("vpc", 2, "ec2:CreateVpc", &["ec2:ModifyVpcAttribute"]),
    budget("subnet", 1, "ec2:CreateSubnet", &[]),
    budget("internet-gateway", 2, "ec2:CreateInternetGateway", &["ec2:AttachInternetGateway"]),
    budget("elastic-ip", 1, "ec2:AllocateAddress", &[]),
    budget("nat-gateway", 1, "ec2:CreateNatGateway", &[]),
    // Whose the subnets are is looked at first: they change over from another table in one call.
    budget(
        "route-table",
        5,
        "ec2:CreateRouteTable",
        &["ec2:CreateRoute", "ec2:DescribeRouteTables", "ec2:AssociateRouteTable"],
    ),
    budget("security-group", 2, "ec2:CreateSecurityGroup", &["ec2:AuthorizeSecurityGroupIngress"]),
    budget("role", 3, "iam:CreateRole", &["iam:AttachRolePolicy", "iam:PutRolePolicy"]),
    budget("log-group", 2, "logs:CreateLogGroup", &["logs:PutRetentionPolicy"]),
    budget("repository", 2, "ecr:CreateRepository", &["ecr:PutLifecyclePolicy"]),
    budget("secret", 1, "secretsmanager:CreateSecret", &[]),
    budget("db-subnet-group", 1, "rds:CreateDBSubnetGroup", &[]),
    budget("db-instance", 2, "rds:CreateDBInstance", &["secretsmanager:GetSecretValue"]),
    budget("user-pool", 1, "cognito-idp:CreateUserPool", &[]),
    budget("user-pool-client", 1, "cognito-idp:CreateUserPoolClient", &[]),
    // Its answer does not tell whether the prefix is in use yet.
    budget(
        "user-pool-domain",
        2,
        "cognito-idp:CreateUserPoolDomain",
        &["cognito-idp:DescribeUserPoolDomain"],
    ),
    // It is provisioned before anything can be made of it, so it is looked at once at least.
    budget(
        "load-balancer",
        4,
        "elasticloadbalancing:CreateLoadBalancer",
        &[
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeTags",
        ],
    ),
    budget(
        "target-group",
        2,
        "elasticloadbalancing:CreateTargetGroup",
        &["elasticloadbalancing:ModifyTargetGroupAttributes"],
    ),
    budget("listener", 1, "elasticloadbalancing:CreateListener", &[]),
    budget("cluster", 1, "ecs:CreateCluster", &[]),
    // The image that somebody deployed last is the one to go on with.
    budget("task-definition", 2, "ecs:RegisterTaskDefinition", &["ecs:DescribeTaskDefinition"]),
    // The emulator keeps no circuit breaker from the create call.
    budget("service", 2, "ecs:CreateService", &["ecs:UpdateService"]),
    budget("dashboard", 1, "monitoring:PutDashboard", &[]),
    budget("alarm", 1, "monitoring:PutMetricAlarm", &[]),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_and_an_apply_stay_within_their_budgets() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto", "calls").await;
    rig.write("stacks/neuraknot.toml", STACK);

    let applied = rig.nk(&["apply", "--env", "dev", "--yes"]).await.with_code(0);
    assert!(applied.out.contains("0 unchanged"), "{}", applied.out);
    let made = rig.proxy.take();
    assert!(made.len() <= APPLY, "{} calls for an apply", made.len());
    within_budgets(&made);

    let plan = rig.nk(&["plan", "--env", "dev"]).await.with_code(0);
    let made = rig.proxy.take();
    let names: Vec<_> = made.iter().map(Recorded::name).collect();
    assert!(made.iter().all(|one| !one.changes), "a plan changes nothing: {names:?}");
    let said = format!("{} calls", made.len());
    assert!(plan.out.contains(&said), "{said}: {}", plan.out);
    assert!(made.len() <= PLAN, "{said}: {names:?}");
    let mut seen = HashSet::new();
    let twice = made.iter().filter(|one| !seen.insert((one.name(), &one.path, &one.body)));
    assert_eq!(twice.map(Recorded::name).collect::<Vec<_>>(), Vec::<String>::new());
}

/// Checks what was made after everything was read: each call belongs to a kind, and no kind makes
/// more calls than so many for each of its resources.
fn within_budgets(made: &[Recorded]) {
    let first = made.iter().position(|one| one.changes && one.service != "ssm");
    let made = made[first.expect("something was made")..].iter().filter(|one| one.service != "ssm");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in made {
        *counts.entry(one.name()).or_default() += 1;
    }
    let mut over = Vec::new();
    for Budget { kind, create, calls, others } in BUDGETS {
        let resources = counts.remove(*create).unwrap_or(0);
        assert!(resources > 0, "no {kind} was made");
        let others: usize = others.iter().filter_map(|name| counts.remove(*name)).sum();
        if resources + others > calls * resources {
            over.push(format!("{kind}: {} calls for {resources}", resources + others));
        }
    }
    assert_eq!(over, Vec::<String>::new());
    assert_eq!(counts, BTreeMap::new(), "calls that belong to no kind");
}
