//! Who may reach whom: a security group for each of load balancer, services and database.

use std::collections::BTreeSet;

use nk_kinds::{
    Cidr,
    ec2::{Peer, Rule, SecurityGroup},
};
use nk_model::Ref;

use super::Expansion;

impl Expansion<'_> {
    pub(super) fn security_groups(&mut self) {
        let stack = self.stack;
        if stack.load_balancer.is_some() {
            let ingress = [80, 443].map(|port| Rule::tcp(port, Peer::Cidr(Cidr::ANYWHERE)));
            self.security_group("alb", "Load balancer", ingress.into());
        }
        if !stack.services.is_empty() {
            let ingress = self.service_rules();
            self.security_group("ecs", "Services", ingress);
        }
        if let Some(database) = &stack.database {
            let from_services = Rule::tcp(database.port, Peer::Group(Ref::to("ecs")));
            let has_services = !stack.services.is_empty();
            let ingress = has_services.then_some(from_services).into_iter().collect();
            self.security_group("rds", "Database", ingress);
        }
    }

    /// From the load balancer to whom it sends requests, and from services to whom they call.
    fn service_rules(&self) -> BTreeSet<Rule> {
        let services = &self.stack.services;
        let routed = services
            .iter()
            .filter(|service| service.route.is_some() && self.stack.load_balancer.is_some())
            .map(|service| Rule::tcp(service.port, Peer::Group(Ref::to("alb"))));
        let called = services
            .iter()
            .flat_map(|caller| &caller.calls)
            .filter_map(|call| services.iter().find(|service| service.name == call.value))
            .map(|callee| Rule::tcp(callee.port, Peer::Itself));
        routed.chain(called).collect()
    }

    fn security_group(&mut self, name: &str, what: &str, ingress: BTreeSet<Rule>) {
        let physical = self.name(&format!("{name}-sg"));
        let tags = self.tags::<SecurityGroup>(name, &physical);
        let group = SecurityGroup {
            description: format!("{what} of {}", self.stack.id),
            vpc: Ref::to("main"),
            ingress,
            egress: BTreeSet::from([Rule::all(Peer::Cidr(Cidr::ANYWHERE))]),
            rule_tags: tags.clone(),
            tags,
            name: physical,
        };
        self.desired.add(name, &group);
    }
}
