//! What is in a VPC, to whom it belongs, and whether it disappears by itself.

use aws_sdk_ec2::types::{
    InternetGateway, IpPermission, NatGateway, NatGatewayState, NetworkInterface, RouteTable,
    SecurityGroup, Subnet, Tag,
};
use nk_engine::CloudResult;
use nk_kinds::Tags;
use nk_model::StackId;

use super::filter;
use crate::{Aws, sdk_error::SdkResult, tags::managed};

/// What is being deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Going<'a> {
    /// A VPC, with everything that is left in it.
    Vpc,
    /// A subnet, by its id.
    Subnet(&'a str),
    /// A security group, by its id.
    Group(&'a str),
    /// A VPC's connection to the internet.
    Gateway,
}

/// Something that blocks a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Obstacle {
    /// What it is and to whom it belongs, for a person.
    pub(super) name: String,
    /// Whether it disappears by itself: it belongs to this stack, or to AWS on behalf of this
    /// stack.
    pub(super) passes: bool,
}

/// What was found in a VPC, whoever owns it.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    interfaces: Vec<NetworkInterface>,
    groups: Vec<SecurityGroup>,
    nat_gateways: Vec<NatGateway>,
    subnets: Vec<Subnet>,
    tables: Vec<RouteTable>,
    gateways: Vec<InternetGateway>,
}

impl Aws {
    /// Reads what is in a VPC: network interfaces and their owners, and with `all` everything that
    /// blocks the deletion of the VPC itself.
    pub(super) async fn neighbours(&self, vpc: &str, all: bool) -> CloudResult<Neighbours> {
        let inside = || filter("vpc-id", [vpc]);
        let interfaces = async {
            let call = self.ec2.describe_network_interfaces().filters(inside()).into_paginator();
            call.items().send().try_collect().await.or_cloud_error()
        };
        let groups = async {
            let call = self.ec2.describe_security_groups().filters(inside()).into_paginator();
            call.items().send().try_collect().await.or_cloud_error()
        };
        let nat_gateways = async {
            let call = self.ec2.describe_nat_gateways().filter(inside()).into_paginator();
            call.items().send().try_collect().await.or_cloud_error()
        };
        let (interfaces, groups, nat_gateways, (subnets, tables, gateways)) =
            tokio::try_join!(interfaces, groups, nat_gateways, self.residents_of(vpc, all))?;
        Ok(Neighbours { interfaces, groups, nat_gateways, subnets, tables, gateways })
    }

    /// What blocks the deletion of a VPC apart from network interfaces and their owners, if that is
    /// wanted.
    async fn residents_of(&self, vpc: &str, wanted: bool) -> CloudResult<Residents> {
        if !wanted {
            return Ok(Residents::default());
        }
        let inside = || filter("vpc-id", [vpc]);
        let subnets = async {
            let call = self.ec2.describe_subnets().filters(inside()).into_paginator();
            call.items().send().try_collect().await.or_cloud_error()
        };
        let tables = self.tables(inside());
        let gateways = async {
            let attached = filter("attachment.vpc-id", [vpc]);
            let call = self.ec2.describe_internet_gateways().filters(attached).into_paginator();
            call.items().send().try_collect().await.or_cloud_error()
        };
        tokio::try_join!(subnets, tables, gateways)
    }
}

/// Subnets, route tables and internet gateways.
type Residents = (Vec<Subnet>, Vec<RouteTable>, Vec<InternetGateway>);

impl Neighbours {
    /// What blocks the deletion of something.
    pub(super) fn obstacles(&self, stack: &StackId, going: Going) -> Vec<Obstacle> {
        let interfaces = self.interfaces.iter().filter(|each| match going {
            Going::Vpc => true,
            Going::Subnet(id) => each.subnet_id() == Some(id),
            Going::Group(id) => each.groups().iter().any(|group| group.group_id() == Some(id)),
            // A gateway is blocked only by public addresses.
            Going::Gateway => each.association().is_some(),
        });
        let mut found: Vec<_> = interfaces.map(|each| self.interface(stack, each)).collect();
        match going {
            Going::Vpc => found.extend(self.residents(stack)),
            Going::Group(id) => found.extend(self.referrers(stack, id)),
            Going::Subnet(_) | Going::Gateway => {}
        }
        found
    }

    /// A network interface, described by what it serves: AWS removes those of deleted resources.
    fn interface(&self, stack: &StackId, interface: &NetworkInterface) -> Obstacle {
        let id = interface.network_interface_id().unwrap_or("without an id");
        let description = interface.description().unwrap_or_default();
        let instance = interface.attachment().and_then(|attachment| attachment.instance_id());
        let (owner, passes) = if let Some((nat, passes)) =
            self.nat_gateway_of(stack, id, description)
        {
            (format!(" of NAT gateway {nat}"), passes)
        } else if let Some(balancer) = description.strip_prefix("ELB ") {
            let name = balancer.split('/').nth(1).unwrap_or(balancer);
            let ours = name.strip_prefix(&stack.prefix()).is_some_and(|rest| rest.starts_with('-'));
            (format!(" of load balancer \"{balancer}\""), ours)
        } else if description.starts_with("arn:aws") && description.contains(":attachment/") {
            (format!(" of an ECS task (\"{description}\")"), self.wears_ours(stack, interface))
        } else if description == "RDSNetworkInterface" {
            (" of a database".to_owned(), self.wears_ours(stack, interface))
        } else if let Some(instance) = instance {
            (format!(" of instance {instance}"), false)
        } else if description.is_empty() {
            (named(interface.tag_set(), None), false)
        } else {
            (format!(" of \"{description}\""), false)
        };
        Obstacle { name: format!("network interface {id}{owner}"), passes }
    }

    /// The NAT gateway that an interface serves, and whether the interface disappears by itself: a
    /// deleted gateway has no addresses any more, and is later not listed.
    fn nat_gateway_of<'a>(
        &'a self,
        stack: &StackId,
        interface: &str,
        description: &'a str,
    ) -> Option<(&'a str, bool)> {
        let told = description.strip_prefix("Interface for NAT Gateway ");
        let serves = |gateway: &&NatGateway| {
            let mut addresses = gateway.nat_gateway_addresses().iter();
            addresses.any(|address| address.network_interface_id() == Some(interface))
                || told.is_some_and(|told| gateway.nat_gateway_id() == Some(told))
        };
        match (self.nat_gateways.iter().find(serves), told) {
            (Some(gateway), _) => {
                let deleted = gateway.state() == Some(&NatGatewayState::Deleted);
                let id = gateway.nat_gateway_id().unwrap_or_default();
                Some((id, deleted || is_ours(stack, gateway.tags())))
            }
            (None, told) => told.map(|id| (id, true)),
        }
    }

    /// Whether a security group of this stack is on an interface. What uses one was created by this
    /// stack, unless it is somebody's instance.
    fn wears_ours(&self, stack: &StackId, interface: &NetworkInterface) -> bool {
        let ours = |id| {
            let mut groups = self.groups.iter().filter(|group| is_ours(stack, group.tags()));
            groups.any(|group| group.group_id() == id)
        };
        interface.groups().iter().any(|group| ours(group.group_id()))
    }

    /// What blocks the deletion of a VPC and is not an interface, without what is created and
    /// deleted with the VPC.
    fn residents(&self, stack: &StackId) -> Vec<Obstacle> {
        let over = [NatGatewayState::Deleted, NatGatewayState::Failed];
        let resident = |word: &str, id: Option<&str>, tags: &[Tag], name: Option<&str>| {
            let name = format!("{word} {}{}", id.unwrap_or("without an id"), named(tags, name));
            Obstacle { name, passes: is_ours(stack, tags) }
        };
        let subnets = self.subnets.iter();
        let subnets = subnets.map(|one| resident("subnet", one.subnet_id(), one.tags(), None));
        let groups = self.groups.iter().filter(|one| one.group_name() != Some("default"));
        let groups = groups
            .map(|one| resident("security group", one.group_id(), one.tags(), one.group_name()));
        let main =
            |table: &&RouteTable| table.associations().iter().any(|one| one.main == Some(true));
        let tables = self.tables.iter().filter(|table| !main(table));
        let tables =
            tables.map(|one| resident("route table", one.route_table_id(), one.tags(), None));
        let nats = self.nat_gateways.iter();
        let nats = nats.filter(|one| one.state().is_none_or(|state| !over.contains(state)));
        let nats = nats.map(|one| resident("NAT gateway", one.nat_gateway_id(), one.tags(), None));
        let gateways = self
            .gateways
            .iter()
            .map(|one| resident("internet gateway", one.internet_gateway_id(), one.tags(), None));
        subnets.chain(groups).chain(tables).chain(nats).chain(gateways).collect()
    }

    /// The other groups whose rules name a group.
    fn referrers(&self, stack: &StackId, id: &str) -> Vec<Obstacle> {
        let refers = |group: &&SecurityGroup| {
            let rules = group.ip_permissions().iter().chain(group.ip_permissions_egress());
            let mut pairs = rules.flat_map(IpPermission::user_id_group_pairs);
            group.group_id() != Some(id) && pairs.any(|pair| pair.group_id() == Some(id))
        };
        let others = self.groups.iter().filter(refers);
        let obstacle = |group: &SecurityGroup| Obstacle {
            name: format!(
                "a rule of security group {}{}",
                group.group_id().unwrap_or("without an id"),
                named(group.tags(), group.group_name())
            ),
            passes: is_ours(stack, group.tags()),
        };
        others.map(obstacle).collect()
    }
}

fn is_ours(stack: &StackId, tags: &[Tag]) -> bool {
    managed(Some(tags.to_vec())).address(stack).is_some()
}

/// How people call it: by its tag or its own name, with the stack in its tags.
fn named(tags: &[Tag], name: Option<&str>) -> String {
    let tagged = |key: &str| tags.iter().find(|tag| tag.key() == Some(key)).and_then(Tag::value);
    let name = tagged("Name").or(name).map(|name| format!("\"{name}\""));
    let stack = tagged(Tags::STACK).map(|stack| format!("of stack {stack}"));
    let told: Vec<_> = name.into_iter().chain(stack).collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{
        GroupIdentifier, NatGatewayAddress, NetworkInterfaceAssociation,
        NetworkInterfaceAttachment, RouteTableAssociation, UserIdGroupPair,
        builders::NetworkInterfaceBuilder,
    };

    use super::*;

    fn stack() -> StackId {
        StackId { project: "shop".into(), environment: "dev".into() }
    }

    fn tags(stack: &str) -> Vec<Tag> {
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
        vec![tag(Tags::STACK, stack), tag("nk:address", "subnet.main")]
    }

    fn interface(id: &str, description: &str) -> NetworkInterfaceBuilder {
        NetworkInterface::builder().network_interface_id(id).description(description)
    }

    fn group(id: &str, stack: &str) -> SecurityGroup {
        let group = SecurityGroup::builder().group_id(id).group_name(format!("name-of-{id}"));
        group.set_tags(Some(tags(stack))).build()
    }

    fn told(neighbours: &Neighbours, going: Going) -> Vec<(String, bool)> {
        let found = neighbours.obstacles(&stack(), going);
        found.into_iter().map(|one| (one.name, one.passes)).collect()
    }

    #[test]
    fn an_interface_passes_where_it_serves_this_stack() {
        let worn = |id: &str| GroupIdentifier::builder().group_id(id).build();
        let task = "arn:aws:ecs:r:1:attachment/2f0c";
        let attached = NetworkInterfaceAttachment::builder().instance_id("i-1").build();
        let address = NatGatewayAddress::builder().network_interface_id("eni-6").build();
        let gateway = NatGateway::builder().nat_gateway_id("nat-1").nat_gateway_addresses(address);
        let neighbours = Neighbours {
            interfaces: vec![
                interface("eni-1", "ELB app/shop-dev-alb/50").build(),
                interface("eni-2", "ELB app/shop-devil/50").build(),
                interface("eni-3", task).groups(worn("sg-1")).build(),
                interface("eni-4", "RDSNetworkInterface").groups(worn("sg-2")).build(),
                interface("eni-5", "").groups(worn("sg-1")).attachment(attached).build(),
                interface("eni-6", "").build(),
                interface("eni-7", "mine").build(),
            ],
            groups: vec![group("sg-1", "shop-dev"), group("sg-2", "shop-prod")],
            nat_gateways: vec![gateway.set_tags(Some(tags("shop-dev"))).build()],
            ..Neighbours::default()
        };
        let interfaces: Vec<_> = told(&neighbours, Going::Vpc)[..7].to_vec();
        let expected = [
            ("network interface eni-1 of load balancer \"app/shop-dev-alb/50\"", true),
            ("network interface eni-2 of load balancer \"app/shop-devil/50\"", false),
            ("network interface eni-3 of an ECS task (\"arn:aws:ecs:r:1:attachment/2f0c\")", true),
            ("network interface eni-4 of a database", false),
            ("network interface eni-5 of instance i-1", false),
            ("network interface eni-6 of NAT gateway nat-1", true),
            ("network interface eni-7 of \"mine\"", false),
        ];
        assert_eq!(interfaces, expected.map(|(name, passes)| (name.to_owned(), passes)));
    }

    #[test]
    fn the_interface_of_a_deleted_gateway_passes() {
        let gateway = |id: &str, state| NatGateway::builder().nat_gateway_id(id).state(state);
        let interfaces =
            ["nat-1", "nat-2", "nat-3", "nat-4"].into_iter().enumerate().map(|(at, nat)| {
                let description = format!("Interface for NAT Gateway {nat}");
                interface(&format!("eni-{at}"), &description).build()
            });
        let neighbours = Neighbours {
            interfaces: interfaces.collect(),
            nat_gateways: vec![
                gateway("nat-1", NatGatewayState::Deleting)
                    .set_tags(Some(tags("shop-dev")))
                    .build(),
                gateway("nat-2", NatGatewayState::Deleted).build(),
                gateway("nat-3", NatGatewayState::Available).build(),
            ],
            ..Neighbours::default()
        };
        let expected = [
            ("network interface eni-0 of NAT gateway nat-1", true),
            ("network interface eni-1 of NAT gateway nat-2", true),
            ("network interface eni-2 of NAT gateway nat-3", false),
            ("network interface eni-3 of NAT gateway nat-4", true),
        ];
        let expected = expected.map(|(name, passes)| (name.to_owned(), passes));
        assert_eq!(told(&neighbours, Going::Vpc)[..4], expected);
    }

    #[test]
    fn what_comes_with_a_vpc_does_not_keep_it() {
        let main = RouteTableAssociation::builder().main(true).build();
        let neighbours = Neighbours {
            groups: vec![SecurityGroup::builder().group_id("sg-0").group_name("default").build()],
            tables: vec![RouteTable::builder().route_table_id("rtb-0").associations(main).build()],
            nat_gateways: vec![NatGateway::builder().state(NatGatewayState::Deleted).build()],
            ..Neighbours::default()
        };
        assert_eq!(told(&neighbours, Going::Vpc), []);
    }

    #[test]
    fn others_are_told_by_their_names_and_stacks() {
        let name = Tag::builder().key("Name").value("mine").build();
        let neighbours = Neighbours {
            subnets: vec![
                Subnet::builder().subnet_id("subnet-1").tags(name).build(),
                Subnet::builder().subnet_id("subnet-2").set_tags(Some(tags("shop-dev"))).build(),
            ],
            groups: vec![group("sg-1", "shop-prod")],
            ..Neighbours::default()
        };
        let expected = [
            ("subnet subnet-1 (\"mine\")", false),
            ("subnet subnet-2 (of stack shop-dev)", true),
            ("security group sg-1 (\"name-of-sg-1\", of stack shop-prod)", false),
        ];
        let expected = expected.map(|(name, passes)| (name.to_owned(), passes));
        assert_eq!(told(&neighbours, Going::Vpc), expected);
    }

    #[test]
    fn a_group_is_kept_by_those_that_name_it() {
        let pair = UserIdGroupPair::builder().group_id("sg-1").build();
        let rule = IpPermission::builder().user_id_group_pairs(pair).build();
        let named = |id: &str, stack: &str| {
            let mut group = group(id, stack);
            group.ip_permissions = Some(vec![rule.clone()]);
            group
        };
        let neighbours = Neighbours {
            groups: vec![named("sg-1", "shop-dev"), named("sg-2", "shop-prod")],
            ..Neighbours::default()
        };
        let expected = "a rule of security group sg-2 (\"name-of-sg-2\", of stack shop-prod)";
        assert_eq!(told(&neighbours, Going::Group("sg-1")), [(expected.to_owned(), false)]);
    }

    #[test]
    fn only_public_addresses_hold_an_internet_gateway() {
        let association = NetworkInterfaceAssociation::builder().build();
        let neighbours = Neighbours {
            interfaces: vec![
                interface("eni-1", "private").build(),
                interface("eni-2", "public").association(association).build(),
            ],
            ..Neighbours::default()
        };
        let expected = "network interface eni-2 of \"public\"";
        assert_eq!(told(&neighbours, Going::Gateway), [(expected.to_owned(), false)]);
    }
}
