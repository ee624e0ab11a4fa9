//! AWS's token buckets, with the limits that AWS has published.

use std::{collections::HashMap, sync::Mutex};

use tokio::time::Instant;

use super::{Before, Call, Refusal, Rule};

/// How many calls may be made at once, and how many a second.
type Limit = (f64, f64);

/// A service's name for what shares a bucket, and its limit.
type Bucket = (String, Limit);

/// Throttles calls that find no token. Services without published limits throttle nothing.
pub struct Buckets {
    /// The part of each bucket that is available when it is first used.
    level: f64,
    /// How full each bucket was, and when.
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
}

impl Buckets {
    /// Buckets that nobody has used.
    pub fn full() -> Self {
        Self { level: 1.0, buckets: Mutex::default() }
    }

    /// Buckets that others have just emptied.
    pub fn empty() -> Self {
        Self { level: 0.0, ..Self::full() }
    }

    /// Takes a token from each of these, or from none.
    fn take(&self, wanted: &[Bucket]) -> bool {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().expect("nothing panics while it holds this lock");
        let filled: Vec<_> = wanted
            .iter()
            .map(|(name, (capacity, rate))| {
                let new = (capacity * self.level, now);
                let (level, since) = buckets.get(name).copied().unwrap_or(new);
                (level + rate * (now - since).as_secs_f64()).min(*capacity)
            })
            .collect();
        let enough = filled.iter().all(|level| *level >= 1.0);
        for ((name, _), level) in wanted.iter().zip(filled) {
            let left = if enough { level - 1.0 } else { level };
            buckets.insert(name.clone(), (left, now));
        }
        enough
    }
}

impl Rule for Buckets {
    fn before(&self, call: &Call) -> Before {
        if self.take(&buckets(call)) {
            Before::Pass
        } else {
            Before::Refuse(Refusal::throttled(call))
        }
    }
}

/// The buckets that a call takes a token from.
fn buckets(call: &Call) -> Vec<Bucket> {
    let operation = call.operation.as_str();
    let one = |group: &str, limit| vec![(format!("{} {group}", call.service), limit)];
    match call.service.as_str() {
        // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
        "ec2" => one(operation, ec2(call)),
        // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
        "elasticloadbalancing" => {
            let (group, limit) = match operation {
                "CreateLoadBalancer" | "SetSubnets" => ("creating", (10.0, 0.2)),
                "RegisterTargets" | "DeregisterTargets" => ("targets", (20.0, 4.0)),
                _ if call.changes() => ("changing", (20.0, 3.0)),
                _ => ("looking", (40.0, 10.0)),
            };
            [one(group, limit), one("all", (40.0, 10.0))].concat()
        }
        // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
        "ecs" => {
            let (group, limit) = ecs(call);
            one(group, limit)
        }
        // https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
        "cognito-idp" => {
            let (group, limit) = cognito(call);
            [one(group, limit), one(operation, (5.0, 5.0))].concat()
        }
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
        "logs" => match operation {
            "CreateLogGroup" | "DeleteLogGroup" | "DescribeLogGroups" => {
                one(operation, (10.0, 10.0))
            }
            _ => one(operation, (5.0, 5.0)),
        },
        // https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
        "secretsmanager" if call.changes() => one("changing", (50.0, 50.0)),
        _ => Vec::new(),
    }
}

fn ec2(call: &Call) -> Limit {
    /// Calls that cost more without a filter and a page size.
    const DEAR: [&str; 4] = [
        "DescribeInstances",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroups",
        "DescribeVolumes",
    ];
    match call.operation.as_str() {
        "CreateNatGateway" | "DeleteNatGateway" => (10.0, 1.0),
        "CreateVpcEndpoint" | "ModifyVpcEndpoint" | "DeleteVpcEndpoints" => (4.0, 0.3),
        "CreateTags" | "DeleteTags" => (100.0, 10.0),
        "CreateNetworkInterface" => (100.0, 5.0),
        _ if call.changes() => (50.0, 5.0),
        name if DEAR.contains(&name)
            && !["Filter.", "MaxResults"].iter().any(|word| call.body.contains(word)) =>
        {
            (50.0, 10.0)
        }
        _ => (100.0, 20.0),
    }
}

fn ecs(call: &Call) -> (&'static str, Limit) {
    let operation = call.operation.as_str();
    if operation == "DeleteTaskDefinitions" {
        return ("deleting task definitions", (5.0, 1.0));
    }
    if operation.contains("Tag") {
        return ("tags", (20.0, 10.0));
    }
    match (operation.contains("TaskDefinition"), operation.contains("Service"), call.changes()) {
        (true, _, true) => ("changing task definitions", (20.0, 1.0)),
        (true, _, false) => ("task definitions", (50.0, 20.0)),
        (_, true, true) => ("changing services", (50.0, 5.0)),
        (_, true, false) => ("services", (100.0, 20.0)),
        (_, _, true) => ("changing clusters", (20.0, 1.0)),
        (_, _, false) => ("clusters", (50.0, 20.0)),
    }
}

fn cognito(call: &Call) -> (&'static str, Limit) {
    let operation = call.operation.as_str();
    let client = operation.contains("UserPoolClient");
    let pool = operation.ends_with("UserPool") || operation == "ListUserPools";
    match (client, pool, call.changes()) {
        (true, _, true) => ("changing clients", (15.0, 15.0)),
        (true, _, false) => ("clients", (15.0, 15.0)),
        (_, true, true) => ("changing pools", (15.0, 15.0)),
        (_, true, false) => ("pools", (15.0, 15.0)),
        (_, _, true) => ("changing what is in a pool", (15.0, 15.0)),
        (_, _, false) => ("what is in a pool", (20.0, 20.0)),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, advance};

    use super::*;

    fn call(service: &str, operation: &str) -> Call {
        Call { service: service.into(), operation: operation.into(), ..Call::default() }
    }

    /// How many calls pass at once.
    fn burst(buckets: &Buckets, call: &Call) -> usize {
        (0..1000).take_while(|_| buckets.before(call) == Before::Pass).count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_holds_so_many_and_fills_by_so_many_a_second() {
        let gateways = call("ec2", "CreateNatGateway");
        let buckets = Buckets::full();
        assert_eq!(burst(&buckets, &gateways), 10);
        advance(Duration::from_secs(3)).await;
        assert_eq!(burst(&buckets, &gateways), 3);
        assert_eq!(burst(&buckets, &call("ec2", "DeleteNatGateway")), 10);
        assert_eq!(burst(&buckets, &call("rds", "CreateDBInstance")), 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn what_shares_a_bucket_empties_it_together() {
        let buckets = Buckets::full();
        assert_eq!(burst(&buckets, &call("ecs", "RegisterTaskDefinition")), 20);
        assert_eq!(burst(&buckets, &call("ecs", "DeregisterTaskDefinition")), 0);
        // One of both is empty.
        assert_eq!(burst(&buckets, &call("elasticloadbalancing", "CreateLoadBalancer")), 10);
        assert_eq!(burst(&buckets, &call("elasticloadbalancing", "DescribeTags")), 30);
        let emptied = Buckets::empty();
        assert_eq!(burst(&emptied, &call("elasticloadbalancing", "CreateLoadBalancer")), 0);
        advance(Duration::from_secs(5)).await;
        assert_eq!(burst(&emptied, &call("elasticloadbalancing", "CreateLoadBalancer")), 1);
    }
}
