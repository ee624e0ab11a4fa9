//! What is applied reads back as it was desired: generated specs, created and then changed by the
//! real reconcilers on an emulator, leave nothing to do.

#[path = "roundtrip/strategies.rs"]
mod strategies;
#[path = "roundtrip/users.rs"]
mod users;

use std::sync::Arc;

use nk_aws::{Aws, Connection};
use nk_engine::{NoGate, Questions, Run, Stop, execute, observe};
use nk_kinds::{Document, ec2::Vpc, ecr::Repository, logs::LogGroup};
use nk_model::{Desired, Event, Kind, Outcome, Plan, StackId, Unseen};
use nk_plan::Permission;
use nk_tests::{planned::shown, rig::Rig};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::json;
use strategies::{Names, name};
use tokio::sync::{mpsc, watch};

const REGION: &str = "ap-northeast-1";
/// How many resources of each kind there are at once.
const EACH: usize = 12;
/// How many times everything is changed to something else.
const ROUNDS: usize = 3;

fn stack() -> StackId {
    StackId { project: "round".into(), environment: "trip".into() }
}

/// An account on an emulator, without the command line.
struct Account {
    cloud: Arc<Aws>,
    unseen: Unseen,
}

impl Account {
    async fn of(rig: &Rig) -> Self {
        let connection = Connection {
            region: REGION.into(),
            profile: None,
            endpoint: Some(rig.proxy.endpoint.clone()),
            local: true,
            emulated: true,
        };
        let connected = Aws::connect(stack(), &connection, &Questions::default()).await;
        let cloud = Arc::new(connected.expect("the emulator answers").cloud);
        let unseen = Unseen::new(rig.lies().into_iter().map(|lie| (lie.kind, lie.field)));
        Self { cloud, unseen }
    }

    async fn plan(&self, desired: &Desired) -> Plan {
        let observed = observe(&*self.cloud, desired, nk_kinds::KINDS).await;
        let observed = observed.expect("everything can be read");
        let remove = vec!["*".to_owned()];
        let permission = Permission { remove, unseen: self.unseen.clone() };
        nk_plan::plan(desired, &observed, nk_kinds::kind, &permission).expect("there is a plan")
    }

    /// Applies, and returns what went wrong.
    async fn apply(&self, desired: &Desired) -> Vec<String> {
        let plan = self.plan(desired).await;
        let (events, mut told) = mpsc::unbounded_channel();
        let (_go, stop) = watch::channel(Stop::Go);
        let run = Run {
            registry: nk_kinds::kind,
            parallelism: 16,
            events,
            stop,
            gate: Arc::new(NoGate),
            unseen: Arc::new(self.unseen.clone()),
            every: nk_model::Looks::EMULATOR,
            speed: 1.0,
            advice: |_| None,
        };
        let summary = execute(Arc::clone(&self.cloud), plan, run).await;
        let mut wrong = Vec::new();
        while let Ok(event) = told.try_recv() {
            if let Event::Failed { failure, .. } = event {
                wrong.push(format!("{}: {} {:?}", failure.address, failure.error, failure.cause));
            }
        }
        assert!(summary.outcome == Outcome::Done || !wrong.is_empty(), "{summary:?}");
        wrong
    }
}

/// Adds the resources of a kind, each with another spec.
fn fill<K, S>(desired: &mut Desired, runner: &mut TestRunner, strategy: impl Fn(Names) -> S)
where
    K: Kind,
    S: Strategy<Value = K>,
{
    for number in 0..EACH {
        let names = Names::new::<K>(&stack(), number);
        let spec = strategy(names).new_tree(runner).expect("there are such specs").current();
        desired.add(&name(number), &spec);
    }
}

/// What the generated specs refer to.
fn ground(desired: &mut Desired) {
    let names = Names::new::<Vpc>(&stack(), 0);
    let cidr = "10.0.0.0/16".parse().expect("an address range");
    let vpc = Vpc { cidr, dns_support: true, dns_hostnames: true, tags: names.tags };
    desired.add(&name(0), &vpc);
    let names = Names::new::<LogGroup>(&stack(), 0);
    desired.add(&name(0), &LogGroup { name: names.name, retention: 30, tags: names.tags });
    let names = Names::new::<Repository>(&stack(), 0);
    let repository = Repository {
        name: names.name,
        scan_on_push: true,
        mutable_tags: true,
        lifecycle: Document::new(json!({"rules": [{
            "rulePriority": 1,
            "selection": {
                "tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1,
            },
            "action": {"type": "expire"},
        }]})),
        tags: names.tags,
    };
    desired.add(&name(0), &repository);
}

fn generated(runner: &mut TestRunner) -> Desired {
    let mut desired = Desired::nothing(stack());
    ground(&mut desired);
    fill(&mut desired, runner, strategies::role);
    fill(&mut desired, runner, strategies::security_group);
    fill(&mut desired, runner, strategies::task_definition);
    fill(&mut desired, runner, strategies::alarm);
    fill(&mut desired, runner, users::user_pool);
    fill(&mut desired, runner, users::user_pool_client);
    desired
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_applied_reads_back_as_it_was_wanted() {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    let account = Account::of(&rig).await;
    // The same in every run, so that a failure can be reproduced.
    let mut runner = TestRunner::deterministic();
    for round in 0..ROUNDS {
        let desired = generated(&mut runner);
        let wrong = account.apply(&desired).await;
        assert!(wrong.is_empty(), "{round}: {wrong:#?}");
        let plan = account.plan(&desired).await;
        let left: Vec<_> = plan.steps.iter().map(|step| (&step.address, &step.changes)).collect();
        assert!(plan.is_empty(), "{round}: {:?}\n{left:#?}", shown(&plan));
    }
    let wrong = account.apply(&Desired::nothing(stack())).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(account.plan(&Desired::nothing(stack())).await.is_empty());
    rig.satisfies_the_models().await;
}
