//! What the resources of a stack cost a month, line by line, with the formula shown.
//!
//! Unit prices stand in one file with their dates. What depends on use is estimated from figures
//! that the stack file can set.

mod line;
mod price;

use std::collections::BTreeMap;

pub use line::{Estimate, Line};
use nk_kinds::{
    cognito::UserPool,
    ecs::{Cluster, Service, TaskDefinition},
    elb::LoadBalancer,
    rds::DbInstance,
};
use nk_model::{Address, Desired, Json, Kind, Plan};
pub use price::{Price, Prices};

/// How much a stack is used in a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// GB through each NAT gateway.
    pub nat_gb: f64,
    /// GB written to each log group.
    pub log_gb: f64,
    /// GB of images in each repository.
    pub image_gb: f64,
    /// Load balancer capacity units, on average.
    pub lcu: f64,
    /// Users that sign in.
    pub users: f64,
    /// GB sent to the internet.
    pub out_gb: f64,
}

/// What a young application comes to: some GB of everything, and one load balancer capacity unit.
impl Default for Usage {
    fn default() -> Self {
        Self { nat_gb: 10.0, log_gb: 2.0, image_gb: 2.0, lcu: 1.0, users: 1000.0, out_gb: 10.0 }
    }
}

/// Users that Cognito does not bill, on the plans Lite and Essentials.
const FREE_USERS: f64 = 10_000.0;
/// GB to the internet that AWS does not bill, in the whole account.
const FREE_OUT: f64 = 100.0;

/// What these resources cost a month.
pub fn estimate<'a>(
    resources: impl IntoIterator<Item = (&'a Address, &'a Json)>,
    usage: &Usage,
) -> Estimate {
    let specs: BTreeMap<_, _> = resources.into_iter().collect();
    let pricing = Pricing { prices: Prices::shipped(), usage, specs: &specs };
    let mut lines: Vec<Line> =
        specs.iter().flat_map(|(address, spec)| pricing.lines(address, spec)).collect();
    if specs.keys().any(|address| address.kind() == "load-balancer") && usage.out_gb > FREE_OUT {
        let address = Address::new("account", "data-out");
        lines.push(pricing.used(&address, "data-out", usage.out_gb - FREE_OUT, "out-gb"));
    }
    let (region, dated) = (pricing.prices.region.clone(), pricing.prices.oldest());
    Estimate { lines, region, dated }
}

/// What a plan does to the monthly cost: before and after, by the same usage.
pub fn change(plan: &Plan, desired: &Desired, usage: &Usage) -> (Estimate, Estimate) {
    let live = plan.unchanged.iter().chain(plan.steps.iter().filter_map(|step| step.live.as_ref()));
    let before: BTreeMap<_, _> = live.map(|live| (&live.address, &live.spec)).collect();
    let after = desired.resources.iter().map(|(address, resource)| (address, &resource.spec));
    (estimate(before, usage), estimate(after, usage))
}

struct Pricing<'a> {
    prices: Prices,
    usage: &'a Usage,
    specs: &'a BTreeMap<&'a Address, &'a Json>,
}

impl Pricing<'_> {
    fn lines(&self, address: &Address, spec: &Json) -> Vec<Line> {
        match address.kind() {
            "nat-gateway" => vec![
                self.hourly(address, "nat-gateway", 1.0),
                self.used(address, "nat-gateway-data", self.usage.nat_gb, "nat-gb"),
            ],
            "elastic-ip" => vec![self.hourly(address, "ipv4", 1.0)],
            "load-balancer" => self.load_balancer(address, spec),
            "db-instance" => self.database(address, spec),
            "service" => self.service(address, spec),
            "secret" => vec![self.monthly(address, "secret", 1.0)],
            "repository" => {
                vec![self.used(address, "image-storage", self.usage.image_gb, "image-gb")]
            }
            "log-group" => vec![
                self.used(address, "log-ingestion", self.usage.log_gb, "log-gb"),
                self.used(address, "log-storage", self.usage.log_gb, "log-gb"),
            ],
            "alarm" => vec![self.monthly(address, "alarm", 1.0)],
            "dashboard" => vec![self.monthly(address, "dashboard", 1.0)],
            "cluster" => self.insights(address, spec),
            "user-pool" => self.users(address, spec),
            _ => Vec::new(),
        }
    }

    fn load_balancer(&self, address: &Address, spec: &Json) -> Vec<Line> {
        let Some(balancer) = read::<LoadBalancer>(spec) else { return Vec::new() };
        let addresses = if balancer.internet_facing { count(balancer.subnets.len()) } else { 0.0 };
        let hours = self.usage.lcu * self.prices.hours;
        vec![
            self.hourly(address, "load-balancer", 1.0),
            self.hourly(address, "ipv4", addresses),
            self.used(address, "load-balancer-lcu", hours, "lcu"),
        ]
    }

    fn database(&self, address: &Address, spec: &Json) -> Vec<Line> {
        let Some(database) = read::<DbInstance>(spec) else { return Vec::new() };
        let copies = if database.multi_zone { 2.0 } else { 1.0 };
        vec![
            self.hourly(address, &database.class, copies),
            self.monthly(address, "db-storage", f64::from(database.storage.initial) * copies),
        ]
    }

    fn service(&self, address: &Address, spec: &Json) -> Vec<Line> {
        let definition = self.specs.get(&Address::new(TaskDefinition::KIND, address.name()));
        let (Some(service), Some(task)) =
            (read::<Service>(spec), definition.and_then(|spec| read::<TaskDefinition>(spec)))
        else {
            return Vec::new();
        };
        let tasks = f64::from(service.count);
        vec![
            self.hourly(address, "fargate-vcpu", tasks * f64::from(task.cpu) / 1024.0),
            self.hourly(address, "fargate-memory", tasks * f64::from(task.memory) / 1024.0),
        ]
    }

    /// Container Insights is billed by metric: 8 for the cluster, 6 for each family of task
    /// definitions and 11 for each service.
    fn insights(&self, address: &Address, spec: &Json) -> Vec<Line> {
        let on =
            read::<Cluster>(spec).is_some_and(|cluster| cluster.container_insights != "disabled");
        if !on {
            return Vec::new();
        }
        let of = |kind| count(self.specs.keys().filter(|address| address.kind() == kind).count());
        let metrics = 8.0 + 6.0 * of(TaskDefinition::KIND) + 11.0 * of(Service::KIND);
        vec![self.monthly(address, "container-insights-metric", metrics)]
    }

    fn users(&self, address: &Address, spec: &Json) -> Vec<Line> {
        let Some(pool) = read::<UserPool>(spec) else { return Vec::new() };
        let free = if pool.tier == "PLUS" { 0.0 } else { FREE_USERS };
        let price = format!("cognito-{}-user", pool.tier.to_lowercase());
        vec![self.used(address, &price, (self.usage.users - free).max(0.0), "users")]
    }

    fn hourly(&self, address: &Address, price: &str, quantity: f64) -> Line {
        self.prices.line(address, price, quantity * self.prices.hours, None)
    }

    fn monthly(&self, address: &Address, price: &str, quantity: f64) -> Line {
        self.prices.line(address, price, quantity, None)
    }

    fn used(&self, address: &Address, price: &str, quantity: f64, key: &'static str) -> Line {
        self.prices.line(address, price, quantity, Some(key))
    }
}

fn read<K: Kind>(spec: &Json) -> Option<K> {
    K::deserialize(spec).ok()
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
