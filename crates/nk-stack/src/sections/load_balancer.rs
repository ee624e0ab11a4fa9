//! `[load-balancer]` and the routes of services: security group, load balancer, target groups, listeners,
//! rules.

mod https;
mod reading;

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{
    Cidr,
    ec2::{InternetGateway, Peer, Rule},
    elb::{HealthCheck, Listener, ListenerAction, ListenerRule, LoadBalancer as Spec, TargetGroup},
};
use nk_model::{Address, Kind, Ref};

pub(super) use self::reading::LoadBalancer;
use super::services::{Route, Service};
use crate::{
    Stack,
    decode::Fields,
    expansion::Expansion,
    measure::{Chart, Metric, Watch},
    section::Section,
};

/// The TLS versions and ciphers of a listener.
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";
/// The distance between two priorities that nk assigns.
const STEP: i32 = 10;

impl Section for LoadBalancer {
    const KEY: &'static str = "load-balancer";
    const ZONES: usize = 2;
    const RESOURCES: &'static [&'static str] = &[
        "load-balancer.main",
        "security-group.alb",
        "target-group.*",
        "listener.http",
        "listener.https",
        "dashboard.main",
        "alarm.*",
    ];

    fn read(fields: Fields<'_, '_>, stack: &Stack) -> Option<Self> {
        Self::read(fields, stack)
    }

    fn expand(&self, expansion: &mut Expansion<'_>) {
        let ingress = [80, 443].map(|port| Rule::tcp(port, Peer::Cidr(Cidr::ANYWHERE)));
        expansion.security_group("alb", "Load balancer", ingress.into());
        let (name, tags) = expansion.identify::<Spec>("main");
        let balancer = Spec {
            name,
            internet_facing: true,
            address_type: "ipv4".to_owned(),
            subnets: expansion.stack.subnets("public"),
            security_groups: BTreeSet::from([Ref::to("alb")]),
            protected: self.protected,
            tags,
        };
        // AWS creates none in subnets that the internet cannot reach.
        expansion.add("main", &balancer).after = vec![Address::new(InternetGateway::KIND, "main")];
        for service in expansion.stack.services() {
            if let Some(route) = &service.route {
                target_group(expansion, self, service, &route.value);
            }
        }
        listeners(expansion);
        measure(expansion);
    }

    fn lint(&self, expansion: &mut Expansion<'_>) {
        if expansion.stack.services().iter().all(|service| service.route.is_none()) {
            let text = "no service has a route, so every request is answered with 404";
            expansion.note("load-balancer.main", text, "services.NAME.route");
        }
        https::lint(expansion);
    }
}

fn target_group(
    expansion: &mut Expansion<'_>,
    section: &LoadBalancer,
    service: &Service,
    route: &Route,
) {
    let short = route.name.as_ref().unwrap_or(&service.name);
    let (name, tags) = expansion.identify_after::<TargetGroup>(&service.name, short);
    let group = TargetGroup {
        name,
        port: service.port,
        vpc: Ref::to("main"),
        health: HealthCheck {
            protocol: "HTTP".to_owned(),
            port: "traffic-port".to_owned(),
            path: route.health.clone(),
            statuses: "200".to_owned(),
            interval_seconds: 30,
            timeout_seconds: 5,
            healthy: 2,
            unhealthy: 3,
        },
        drain_seconds: section.drain_seconds,
        tags,
    };
    expansion.add(&service.name, &group);
    if let Some(seconds) = section.destroy_drain_seconds {
        let seconds = seconds.min(section.drain_seconds);
        expansion.set_before_destroy::<TargetGroup>(&service.name, "drain-seconds", seconds);
    }
}

/// With a certificate, HTTPS serves and HTTP redirects to it; without one, HTTP serves.
fn listeners(expansion: &mut Expansion<'_>) {
    let stack = expansion.stack;
    let certificate = stack.usable_certificate(expansion.survey);
    let default = stack.default_target().map_or(ListenerAction::NotFound, |service| {
        ListenerAction::Forward(Ref::to(&service.name))
    });
    let rules = rules(stack);
    let mut http = listener(expansion, "http", 80);
    if let Some(certificate) = certificate {
        let mut https = listener(expansion, "https", 443);
        https.certificate = Some(certificate.to_owned());
        https.tls_policy = Some(TLS_POLICY.to_owned());
        https.default = default;
        https.rules = rules;
        expansion.add("https", &https);
        http.default = ListenerAction::Redirect(Ref::to("https"));
        // HTTP redirects only after everything is served by HTTPS.
        let https = Address::new(Listener::KIND, "https");
        expansion.add("http", &http).after = vec![https];
    } else {
        http.default = default;
        http.rules = rules;
        expansion.add("http", &http);
    }
}

fn listener(expansion: &mut Expansion<'_>, name: &str, port: i32) -> Listener {
    Listener {
        load_balancer: Ref::to("main"),
        port,
        protocol: name.to_uppercase(),
        certificate: None,
        tls_policy: None,
        default: ListenerAction::NotFound,
        rules: BTreeMap::new(),
        tags: expansion.tags::<Listener>(name),
    }
}

/// The rules, in the order of the file if no priority is given.
fn rules(stack: &Stack) -> BTreeMap<i32, ListenerRule> {
    let routed: Vec<_> = stack
        .services()
        .iter()
        .filter_map(|service| Some((service, &service.route.as_ref()?.value)))
        .filter(|(_, route)| !route.is_default())
        .collect();
    let given = |route: &Route| route.priority.as_ref().map(|priority| priority.value);
    let taken: BTreeSet<_> = routed.iter().filter_map(|(_, route)| given(route)).collect();
    let mut free = (1..).map(|number| number * STEP).filter(|number| !taken.contains(number));
    let mut rules = BTreeMap::new();
    for (service, route) in routed {
        let priority = given(route).or_else(|| free.next()).expect("there is another number");
        let rule = ListenerRule {
            paths: route.paths.iter().cloned().collect(),
            hosts: route.hosts.iter().cloned().collect(),
            action: ListenerAction::Forward(Ref::to(&service.name)),
        };
        rules.insert(priority, rule);
    }
    rules
}
/// Each error counts once: the load balancer answers by itself if no target does.
fn measure(expansion: &mut Expansion<'_>) {
    let limits = expansion.stack.thresholds();
    let metric = |name| {
        let of = [("LoadBalancer", "@{load-balancer.main.metric-name}")];
        Metric::new("AWS/ApplicationELB", name, &of)
    };
    let (responses, own, others) =
        ("TargetResponseTime", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count");
    let chart = |title, statistic, name| Chart { title, statistic, metrics: vec![metric(name)] };
    expansion.charts.push([
        chart("Load balancer: requests", "Sum", "RequestCount"),
        chart("Load balancer: response time (s)", "p95", responses),
    ]);
    let watch = |name: &str, about: &str, of, statistic, periods, threshold| Watch {
        statistic,
        periods,
        missing_data: "notBreaching",
        ..Watch::average(name, about, metric(of), threshold)
    };
    let seconds = limits.response_seconds;
    expansion.watches.extend([
        watch("alb-response-time", "Requests take too long", responses, "p95", 3, seconds),
        watch("alb-5xx", "The load balancer returns errors", own, "Sum", 1, limits.errors),
        watch("alb-target-5xx", "Services return errors", others, "Sum", 1, limits.errors),
    ]);
}

impl Stack {
    /// The service that receives what no rule sends elsewhere.
    fn default_target(&self) -> Option<&Service> {
        let is_default = |service: &&Service| {
            service.route.as_ref().is_some_and(|route| route.value.is_default())
        };
        self.services().iter().find(is_default)
    }
}
