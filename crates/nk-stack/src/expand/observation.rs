//! Dashboard and alarms of what the other sections make.

use std::collections::BTreeMap;

use nk_kinds::cloudwatch::{Alarm, Dashboard};

use super::{Expansion, dashboard};
use crate::section::Alarms;

/// Five minutes: what the metrics of ECS and RDS are good for without extra cost.
const PERIOD_SECONDS: i32 = 300;

/// A metric, and from when on it is too much.
struct Watch<'a> {
    /// The alarm's name in the stack.
    name: String,
    description: String,
    namespace: &'a str,
    metric: &'a str,
    statistic: &'a str,
    dimensions: BTreeMap<String, String>,
    threshold: f64,
    /// How many periods in a row.
    periods: i32,
    /// What no data means: for what is counted per request, that there were none.
    missing_data: &'a str,
}

impl Expansion<'_> {
    pub(super) fn observation(&mut self) {
        let stack = self.stack;
        if stack.services.is_empty() && stack.load_balancer.is_none() && stack.database.is_none() {
            return;
        }
        let physical = stack.id.prefix();
        let dashboard = Dashboard {
            body: dashboard::body(stack, &self.metric_names()),
            tags: self.tags::<Dashboard>("main", &physical),
            name: physical,
        };
        self.desired.add("main", &dashboard);
        for watch in self.watches(&stack.alarms) {
            self.alarm(watch, &stack.alarms);
        }
        if stack.alarms.actions.is_empty() {
            let text = "the alarms tell nobody: they are seen only in the console";
            self.note("alarm", text, Some("alarms.actions"));
        }
    }

    fn metric_names(&self) -> dashboard::MetricNames {
        let services = self.stack.services.iter();
        dashboard::MetricNames {
            cluster: self.name("cluster"),
            services: services.map(|service| self.name(&service.name)).collect(),
            load_balancer: "@{load-balancer.main.metric-name}".to_owned(),
            database: self.lower_name("db"),
        }
    }

    fn watches(&self, alarms: &Alarms) -> Vec<Watch<'static>> {
        let names = self.metric_names();
        let mut watches = Vec::new();
        for (service, physical) in self.stack.services.iter().zip(&names.services) {
            let of = [("ClusterName", names.cluster.as_str()), ("ServiceName", physical)];
            for (what, metric, threshold) in [
                ("cpu", "CPUUtilization", alarms.cpu),
                ("memory", "MemoryUtilization", alarms.memory),
            ] {
                watches.push(Watch {
                    name: format!("{}-{what}", service.name),
                    description: format!("{} uses much {what}", service.name),
                    ..Watch::average("AWS/ECS", metric, &of, threshold)
                });
            }
        }
        if self.stack.load_balancer.is_some() {
            let of = [("LoadBalancer", names.load_balancer.as_str())];
            watches.push(Watch {
                name: "alb-response-time".to_owned(),
                description: "Requests take long".to_owned(),
                statistic: "p95",
                missing_data: "notBreaching",
                ..Watch::average(ALB, "TargetResponseTime", &of, alarms.response_seconds)
            });
            // Each counts only its own: the load balancer answers by itself where no target does.
            for (what, metric, description) in [
                ("5xx", "HTTPCode_ELB_5XX_Count", "The load balancer answers with errors"),
                ("target-5xx", "HTTPCode_Target_5XX_Count", "Services answer with errors"),
            ] {
                watches.push(Watch {
                    name: format!("alb-{what}"),
                    description: description.to_owned(),
                    statistic: "Sum",
                    periods: 1,
                    missing_data: "notBreaching",
                    ..Watch::average(ALB, metric, &of, alarms.errors)
                });
            }
        }
        if self.stack.database.is_some() {
            let of = [("DBInstanceIdentifier", names.database.as_str())];
            for (what, metric, threshold, description) in [
                ("cpu", "CPUUtilization", alarms.cpu, "The database uses much CPU"),
                (
                    "connections",
                    "DatabaseConnections",
                    alarms.connections,
                    "The database has many connections",
                ),
            ] {
                watches.push(Watch {
                    name: format!("db-{what}"),
                    description: description.to_owned(),
                    ..Watch::average("AWS/RDS", metric, &of, threshold)
                });
            }
        }
        watches
    }

    fn alarm(&mut self, watch: Watch<'_>, alarms: &Alarms) {
        let physical = self.name(&format!("{}-high", watch.name));
        let alarm = Alarm {
            description: watch.description,
            namespace: watch.namespace.to_owned(),
            metric: watch.metric.to_owned(),
            dimensions: watch.dimensions,
            statistic: watch.statistic.to_owned(),
            period_seconds: PERIOD_SECONDS,
            periods: watch.periods,
            comparison: "GreaterThanThreshold".to_owned(),
            threshold: watch.threshold,
            missing_data: watch.missing_data.to_owned(),
            actions: alarms.actions.clone(),
            tags: self.tags::<Alarm>(&watch.name, &physical),
            name: physical,
        };
        self.desired.add(&watch.name, &alarm);
    }
}

/// The namespace of load balancers.
const ALB: &str = "AWS/ApplicationELB";

impl<'a> Watch<'a> {
    /// A watch over an average of a quarter of an hour, still without a name.
    fn average(namespace: &'a str, metric: &'a str, of: &[(&str, &str)], threshold: f64) -> Self {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            name: String::new(),
            description: String::new(),
            namespace,
            metric,
            statistic: "Average",
            dimensions: of.iter().map(pair).collect(),
            threshold,
            periods: 3,
            missing_data: "missing",
        }
    }
}
