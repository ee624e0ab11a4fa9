//! AWS refuses a wrong order and takes its time. nk meets only refusals that pass by themselves,
//! waits them out, and says what it waits for.

use std::{sync::Arc, time::Duration};

use nk_kinds::KINDS;
use nk_model::Operation;
use nk_tests::{
    ordeal::Scene,
    proxy::{Refusals, Refused, Rule, Times},
    rig::{Rig, Said},
};

/// Long enough that nk must look more than once, and that leftovers are still there for whoever
/// needs them gone.
const TIMES: Times = Times {
    pending: Duration::from_millis(400),
    linger: Duration::from_secs(4),
    unheard: Duration::from_millis(300),
};

/// What may be refused for a while: what is new and not known everywhere yet, and what is being
/// deleted. Each is in the list of refusals that its kind waits out.
const EXPECTED: [(&str, Operation, &str); 25] = [
    ("ec2:AssociateRouteTable", Operation::Update, "InvalidRouteTableID.NotFound"),
    ("ec2:AssociateRouteTable", Operation::Update, "InvalidSubnetID.NotFound"),
    ("ec2:AttachInternetGateway", Operation::Update, "InvalidInternetGatewayID.NotFound"),
    ("ec2:AttachInternetGateway", Operation::Update, "InvalidVpcID.NotFound"),
    ("ec2:AuthorizeSecurityGroupIngress", Operation::Update, "InvalidGroup.NotFound"),
    ("ec2:CreateNatGateway", Operation::Create, "InvalidAllocationID.NotFound"),
    ("ec2:CreateNatGateway", Operation::Create, "InvalidSubnetID.NotFound"),
    ("ec2:CreateRoute", Operation::Update, "InvalidGatewayID.NotFound"),
    ("ec2:CreateRoute", Operation::Update, "InvalidNatGatewayID.NotFound"),
    ("ec2:CreateRoute", Operation::Update, "InvalidParameterValue"),
    ("ec2:CreateRoute", Operation::Update, "InvalidRouteTableID.NotFound"),
    ("ec2:CreateRouteTable", Operation::Create, "InvalidVpcID.NotFound"),
    ("ec2:CreateSecurityGroup", Operation::Create, "InvalidVpcID.NotFound"),
    ("ec2:CreateSubnet", Operation::Create, "InvalidVpcID.NotFound"),
    ("ec2:DeleteSecurityGroup", Operation::Destroy, "DependencyViolation"),
    ("ec2:DeleteSubnet", Operation::Destroy, "DependencyViolation"),
    ("ec2:ModifyVpcAttribute", Operation::Update, "InvalidVpcID.NotFound"),
    ("ecs:CreateService", Operation::Create, "InvalidParameterException"),
    ("ecs:UpdateService", Operation::Update, "InvalidParameterException"),
    ("elasticloadbalancing:CreateLoadBalancer", Operation::Create, "InvalidSecurityGroup"),
    ("elasticloadbalancing:CreateLoadBalancer", Operation::Create, "SubnetNotFound"),
    ("elasticloadbalancing:CreateTargetGroup", Operation::Create, "ValidationError"),
    ("rds:CreateDBInstance", Operation::Create, "InvalidParameterValue"),
    ("rds:CreateDBSubnetGroup", Operation::Create, "InvalidParameterValue"),
    ("rds:ModifyDBSubnetGroup", Operation::Update, "InvalidParameterValue"),
];

/// The refusals that are not expected.
fn unexpected(refused: &[Refused]) -> Vec<&Refused> {
    let expected = |one: &&Refused| {
        one.passes && EXPECTED.iter().any(|(call, _, code)| *call == one.call && *code == one.code)
    };
    refused.iter().filter(|one| !expected(one)).collect()
}

struct Life {
    rig: Rig,
    rule: Arc<Refusals>,
    environment: &'static str,
}

impl Life {
    async fn begin(environment: &'static str) -> Self {
        let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
        let rule = Arc::new(Refusals::new(TIMES));
        rig.proxy.set_rule(Arc::clone(&rule) as Arc<dyn Rule>);
        Self { rig, rule, environment }
    }

    async fn run(&self, command: &[&str]) -> Said {
        let said = self.rig.nk(&[command, &["--env", self.environment, "--yes"]].concat()).await;
        let refused = self.rule.take();
        let wrong = unexpected(&refused);
        assert!(wrong.is_empty(), "{command:?}: {wrong:#?}\n{}", said.err);
        said.with_code(0)
    }

    async fn apply(&self, scene: Scene) -> Said {
        self.rig.write("stacks/neuraknot.toml", &scene.stack());
        self.run(&["apply"]).await
    }
}

/// Everything that happens to an environment.
async fn lives(environment: &'static str) {
    let life = Life::begin(environment).await;
    let made = life.apply(Scene::Apply).await;
    for (address, word) in [
        ("nat-gateway.", "pending"),
        ("load-balancer.", "provisioning"),
        ("db-instance.", "creating"),
    ] {
        let word = format!("AWS says `{word}`");
        let waits = |line: &str| line.contains(address) && line.contains(&word);
        assert!(made.err.lines().any(waits), "{address} {word}: {}", made.err);
    }
    let _ = life.apply(Scene::Update).await;
    let replaced = life.apply(Scene::Replace).await;
    waited_for_tasks(&replaced);
    let gone = life.run(&["destroy", "--unprotect"]).await;
    waited_for_tasks(&gone);
    let balancer = "load-balancer.main  AWS says `its network interfaces are being released: eni-";
    assert!(words(&gone.err).contains(&words(balancer)), "{}", gone.err);
}

/// The interfaces of deleted tasks are waited for, and named as the reason.
fn waited_for_tasks(said: &Said) {
    let owner = "of an ECS task (\"arn:aws:ecs:ap-northeast-1:123456789012:attachment/";
    let waits = |line: &&str| line.contains("subnet.private-2") && line.contains(owner);
    assert!(said.err.lines().any(|line| waits(&line)), "{}", said.err);
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_has_no_reason_to_refuse_what_nk_does_in_dev() {
    lives("dev").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_has_no_reason_to_refuse_what_nk_does_in_prod() {
    lives("prod").await;
}

#[test]
fn what_is_expected_is_waited_out() {
    let codes = |(_, on, code): &(&str, Operation, &str)| {
        let mut retries = KINDS.iter().flat_map(|kind| kind.waiting.retry);
        retries.any(|retry| retry.on == *on && retry.code == *code)
    };
    let forgotten: Vec<_> = EXPECTED.iter().filter(|one| !codes(one)).collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
}
