//! `[load-balancer]` and the routes of services: load balancer, target groups, listeners, rules.

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{
    ec2::InternetGateway,
    elb::{HealthCheck, Listener, ListenerAction, ListenerRule, LoadBalancer, TargetGroup},
};
use nk_model::{Address, Kind, Ref};

use super::Expansion;
use crate::section::{LoadBalancerSection, Route, ServiceSection};

/// Which versions and ciphers of TLS a listener speaks.
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";
/// The distance between two priorities that nk gives.
const STEP: i32 = 10;

impl Expansion<'_> {
    pub(super) fn load_balancer(&mut self) {
        let Some(section) = &self.stack.load_balancer else { return };
        let physical = LoadBalancer::called(&self.stack.id);
        let balancer = LoadBalancer {
            internet_facing: true,
            address_type: "ipv4".to_owned(),
            subnets: self.public_subnets(),
            security_groups: BTreeSet::from([Ref::to("alb")]),
            protected: section.protected,
            tags: self.tags::<LoadBalancer>("main", &physical),
            name: physical,
        };
        // AWS makes none in subnets that the internet does not reach.
        self.desired.add("main", &balancer).after =
            vec![Address::new(InternetGateway::KIND, "main")];
        for service in &self.stack.services {
            if let Some(route) = &service.route {
                self.target_group(section, service, &route.value);
            }
        }
        self.listeners();
    }

    fn target_group(
        &mut self,
        section: &LoadBalancerSection,
        service: &ServiceSection,
        route: &Route,
    ) {
        let short = route.name.as_ref().unwrap_or(&service.name);
        let physical = self.name(&format!("{short}-tg"));
        let group = TargetGroup {
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
            tags: self.tags::<TargetGroup>(&service.name, &physical),
            name: physical,
        };
        self.desired.add(&service.name, &group);
        if let Some(seconds) = section.destroy_drain_seconds {
            let address = Address::new(TargetGroup::KIND, &service.name);
            let field = ("drain-seconds".to_owned(), seconds.min(section.drain_seconds).into());
            self.desired.farewell.insert(address, [field].into());
        }
    }

    /// With a certificate HTTPS answers and HTTP sends there; without one HTTP answers.
    fn listeners(&mut self) {
        let certificate = self.stack.usable_certificate(self.survey);
        let default = self.stack.default_target().map_or(ListenerAction::NotFound, |service| {
            ListenerAction::Forward(Ref::to(&service.name))
        });
        let rules = self.rules();
        let mut http = self.listener("http", 80);
        if let Some(certificate) = certificate {
            let mut https = self.listener("https", 443);
            https.certificate = Some(certificate.to_owned());
            https.tls_policy = Some(TLS_POLICY.to_owned());
            https.default = default;
            https.rules = rules;
            self.desired.add("https", &https);
            http.default = ListenerAction::Redirect(Ref::to("https"));
            // Nobody is sent there before all that is asked for is answered there.
            let https = Address::new(Listener::KIND, "https");
            self.desired.add("http", &http).after = vec![https];
        } else {
            http.default = default;
            http.rules = rules;
            self.desired.add("http", &http);
        }
    }

    fn listener(&self, name: &str, port: i32) -> Listener {
        Listener {
            load_balancer: Ref::to("main"),
            port,
            protocol: name.to_uppercase(),
            certificate: None,
            tls_policy: None,
            default: ListenerAction::NotFound,
            rules: BTreeMap::new(),
            tags: self.tags::<Listener>(name, &self.name(name)),
        }
    }

    /// The rules, in the order of the file where no priority is given.
    fn rules(&self) -> BTreeMap<i32, ListenerRule> {
        let routed: Vec<_> = self
            .stack
            .services
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
}

impl crate::Stack {
    /// The service that gets what no rule sends elsewhere.
    fn default_target(&self) -> Option<&ServiceSection> {
        let is_default = |service: &&ServiceSection| {
            service.route.as_ref().is_some_and(|route| route.value.is_default())
        };
        self.services.iter().find(is_default)
    }
}
