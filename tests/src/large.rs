//! Generated topologies of any size, and the cost of planning and running them.

use std::{collections::BTreeMap, fs};

use nk_kinds::{
    Cidr, PolicyDocument, Tags,
    cloudwatch::Alarm,
    ec2::{
        ElasticIp, InternetGateway, NatGateway, Peer, Route, RouteTable, Rule, SecurityGroup,
        Subnet, Target, Vpc,
    },
    elb::{HealthCheck, TargetGroup},
    iam::Role,
    logs::LogGroup,
};
use nk_model::{Address, Desired, Kind, Observed, Ref, StackId};
use nk_plan::Permission;
use tokio::runtime;

use crate::trial::Trial;

fn stack() -> StackId {
    StackId { project: "large".into(), environment: "test".into() }
}

fn tags<K: Kind>(name: &str) -> Tags {
    Tags::new(&stack(), &Address::new(K::KIND, name), name)
}

/// How many cells share a VPC: as many as AWS allows subnets in it, see
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>.
const CELLS: usize = 200;

/// Exactly this many resources: cells of ten around VPCs, to which nearly all of them refer, each
/// with chains of its own. The rest that does not fill a cell is log groups.
pub fn topology(resources: usize) -> Desired {
    let mut desired = Desired::nothing(stack());
    let mut cells = 0;
    while resources - desired.resources.len() >= 12 {
        let network = format!("network-{}", cells / CELLS);
        if cells % CELLS == 0 {
            desired.add(&network, &vpc(&network));
            let (vpc, tags) = (Some(Ref::to(&network)), tags::<InternetGateway>(&network));
            desired.add(&network, &InternetGateway { vpc, tags });
        }
        cell(&mut desired, &network, cells);
        cells += 1;
    }
    for number in desired.resources.len()..resources {
        log_group(&mut desired, &format!("extra-{number}"));
    }
    desired
}

/// Security groups each of which admits the previous one: as deep as a graph can be.
pub fn chain(resources: usize) -> Desired {
    let mut desired = Desired::nothing(stack());
    desired.add("main", &vpc("main"));
    for number in 1..resources {
        let before = number.checked_sub(1).filter(|before| *before > 0);
        let admits = before.map(|before| Peer::Group(Ref::to(&format!("link-{before}"))));
        security_group(&mut desired, "main", &format!("link-{number}"), admits);
    }
    desired
}

fn vpc(name: &str) -> Vpc {
    let cidr = "10.0.0.0/16".parse().expect("an address range");
    Vpc { cidr, dns_support: true, dns_hostnames: true, tags: tags::<Vpc>(name) }
}

fn cell(desired: &mut Desired, network: &str, number: usize) {
    let name = format!("cell-{number}");
    let subnet = Subnet {
        vpc: Ref::to(network),
        cidr: format!("10.0.{}.0/24", number % CELLS).parse().expect("an address range"),
        zone: "ap-northeast-1a".into(),
        public_addresses: false,
        tags: tags::<Subnet>(&name),
    };
    desired.add(&name, &subnet);
    desired.add(&name, &ElasticIp { tags: tags::<ElasticIp>(&name) });
    let (subnet, address) = (Ref::to(&name), Ref::to(&name));
    let nat = NatGateway { subnet, address, tags: tags::<NatGateway>(&name) };
    desired.add(&name, &nat).after = vec![Address::new("internet-gateway", network)];
    let target = Target::NatGateway(Ref::to(&name));
    let table = RouteTable {
        vpc: Ref::to(network),
        routes: [Route { destination: Cidr::ANYWHERE, target }].into(),
        subnets: [Ref::to(&name)].into(),
        tags: tags::<RouteTable>(&name),
    };
    desired.add(&name, &table);
    let outer = format!("{name}-outer");
    security_group(desired, network, &outer, Some(Peer::Cidr(Cidr::ANYWHERE)));
    security_group(desired, network, &format!("{name}-inner"), Some(Peer::Group(Ref::to(&outer))));
    log_group(desired, &name);
    role(desired, &name);
    target_group(desired, network, &name);
    alarm(desired, &name);
}

fn security_group(desired: &mut Desired, network: &str, name: &str, admits: Option<Peer>) {
    let group = SecurityGroup {
        name: name.to_owned(),
        description: name.to_owned(),
        vpc: Ref::to(network),
        ingress: admits.into_iter().map(|peer| Rule::tcp(443, peer)).collect(),
        egress: [Rule::all(Peer::Cidr(Cidr::ANYWHERE))].into(),
        tags: tags::<SecurityGroup>(name),
        rule_tags: tags::<SecurityGroup>(name),
    };
    desired.add(name, &group);
}

fn log_group(desired: &mut Desired, name: &str) {
    let group =
        LogGroup { name: format!("/large/{name}"), retention: 7, tags: tags::<LogGroup>(name) };
    desired.add(name, &group);
}

fn role(desired: &mut Desired, name: &str) {
    let writes = PolicyDocument::allow(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        &[format!("@{{log-group.{name}.arn}}:*")],
    );
    let role = Role {
        name: name.to_owned(),
        trust: PolicyDocument::trust("ecs-tasks.amazonaws.com"),
        managed: [].into(),
        inline: BTreeMap::from([("logs".to_owned(), writes)]),
        tags: tags::<Role>(name),
    };
    desired.add(name, &role);
}

fn target_group(desired: &mut Desired, network: &str, name: &str) {
    let health = HealthCheck {
        protocol: "HTTP".into(),
        port: "traffic-port".into(),
        path: "/health".into(),
        statuses: "200".into(),
        interval_seconds: 30,
        timeout_seconds: 5,
        healthy: 2,
        unhealthy: 3,
    };
    let group = TargetGroup {
        name: name.to_owned(),
        port: 8080,
        vpc: Ref::to(network),
        health,
        drain_seconds: 30,
        tags: tags::<TargetGroup>(name),
    };
    desired.add(name, &group);
}

fn alarm(desired: &mut Desired, name: &str) {
    let dimension = format!("@{{target-group.{name}.metric-name}}");
    let alarm = Alarm {
        name: name.to_owned(),
        description: "no target is well".into(),
        namespace: "AWS/ApplicationELB".into(),
        metric: "HealthyHostCount".into(),
        dimensions: BTreeMap::from([("TargetGroup".to_owned(), dimension)]),
        statistic: "Minimum".into(),
        period_seconds: 60,
        periods: 3,
        comparison: "LessThanThreshold".into(),
        threshold: 1.0,
        missing_data: "breaching".into(),
        actions: [].into(),
        tags: tags::<Alarm>(name),
    };
    desired.add(name, &alarm);
}

/// The cost of a topology for nk, in seconds of this thread's CPU time.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct Costs {
    /// The number of resources.
    pub resources: usize,
    /// To plan it in an empty account.
    pub plan: f64,
    /// To run that plan on the simulated cloud.
    pub apply: f64,
    /// To plan it when everything exists.
    pub plan_again: f64,
    /// To plan its deletion.
    pub plan_destroy: f64,
    /// To run that plan.
    pub destroy: f64,
    /// The peak memory of the process so far, in MiB.
    pub memory: f64,
}

/// Plans, applies, plans again and destroys a topology of this many resources.
///
/// # Panics
///
/// If any of that fails.
pub fn measure(resources: usize) -> Costs {
    let desired = topology(resources);
    let plan = |desired: &Desired, observed: &Observed| {
        nk_plan::plan(desired, observed, nk_kinds::kind, &Permission::everything())
            .expect("there is a way")
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let trial = Trial::default();
        let (made, cost) = timed(|| plan(&desired, &Observed::default()));
        let began = processor_time();
        let (summary, _) = trial.run(made).await;
        let apply = processor_time() - began;
        assert_eq!(summary.finished, resources, "everything is made");
        let there = trial.observe(&desired).await;
        let (again, plan_again) = timed(|| plan(&desired, &there));
        assert!(again.is_empty(), "nothing is left to do");
        drop(again);
        let (removal, plan_destroy) = timed(|| plan(&Desired::nothing(stack()), &there));
        drop(there);
        let began = processor_time();
        let (summary, _) = trial.run(removal).await;
        let destroy = processor_time() - began;
        assert_eq!(summary.finished, resources, "everything is gone");
        Costs { resources, plan: cost, apply, plan_again, plan_destroy, destroy, memory: memory() }
    })
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = processor_time();
    let done = work();
    (done, processor_time() - began)
}

/// The CPU time of this thread in seconds, which does not depend on how busy the machine is. See
/// <https://docs.kernel.org/scheduler/sched-stats.html>.
fn processor_time() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("a Linux kernel");
    let nanoseconds: u64 =
        text.split(' ').next().and_then(|word| word.parse().ok()).expect("a count");
    std::time::Duration::from_nanos(nanoseconds).as_secs_f64()
}

/// The peak memory of this process, in MiB.
fn memory() -> f64 {
    let text = fs::read_to_string("/proc/self/status").expect("a Linux kernel");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a count");
    kilobytes / 1024.0
}
