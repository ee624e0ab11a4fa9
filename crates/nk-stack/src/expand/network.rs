//! `[network]`: VPC, gateways, subnets, addresses, routes.

use std::collections::BTreeSet;

use nk_kinds::{
    Cidr,
    ec2::{
        ElasticIp, InternetGateway, NatGateway, Route, RouteTable, Subnet, SubnetId, Target, Vpc,
    },
};
use nk_model::{Address, Kind, Ref};

use super::Expansion;
use crate::section::{Nat, Network};

impl Expansion<'_> {
    pub(super) fn network(&mut self) {
        let Some(network) = &self.stack.network else { return };
        let tags = self.tags::<Vpc>("main", &self.name("vpc"));
        let (dns_support, dns_hostnames) = (true, true);
        self.desired.add("main", &Vpc { cidr: network.cidr, dns_support, dns_hostnames, tags });
        let tags = self.tags::<InternetGateway>("main", &self.name("igw"));
        self.desired.add("main", &InternetGateway { vpc: Some(Ref::to("main")), tags });
        self.subnets(network);
        self.gateways(network);
        self.routes(network);
    }

    fn subnets(&mut self, network: &Network) {
        for (zone, number) in network.zones.iter().zip(1..) {
            for (side, cidr) in [("public", zone.public), ("private", zone.private)] {
                let name = format!("{side}-{number}");
                let subnet = Subnet {
                    vpc: Ref::to("main"),
                    cidr,
                    zone: zone.name.clone(),
                    public_addresses: false,
                    tags: self.tags::<Subnet>(&name, &self.name(&name)),
                };
                self.desired.add(&name, &subnet);
            }
        }
    }

    fn gateways(&mut self, network: &Network) {
        for number in 1..=network.gateways() {
            let name = format!("nat-{number}");
            let physical = self.name(&format!("nat-eip-{number}"));
            let address = ElasticIp { tags: self.tags::<ElasticIp>(&name, &physical) };
            self.desired.add(&name, &address);
            let gateway = NatGateway {
                subnet: Ref::to(&format!("public-{number}")),
                address: Ref::to(&name),
                tags: self.tags::<NatGateway>(&name, &self.name(&name)),
            };
            // Without a way to the internet a NAT gateway fails for good.
            self.desired.add(&name, &gateway).after = vec![
                Address::new(InternetGateway::KIND, "main"),
                Address::new(RouteTable::KIND, "public"),
            ];
        }
    }

    fn routes(&mut self, network: &Network) {
        let numbers = || 1..=network.zones.len();
        let public = numbers().map(|number| Ref::to(&format!("public-{number}"))).collect();
        let way_out = Target::InternetGateway(Ref::to("main"));
        self.route_table("public", "public-rt", Some(way_out), public);
        for number in numbers() {
            let gateway = match network.nat.value {
                Nat::PerZone => Some(format!("nat-{number}")),
                Nat::Single => Some("nat-1".to_owned()),
                Nat::None => None,
            };
            let way_out = gateway.map(|name| Target::NatGateway(Ref::to(&name)));
            let name = format!("private-{number}");
            let subnets = BTreeSet::from([Ref::to(&name)]);
            self.route_table(&name, &format!("private-rt-{number}"), way_out, subnets);
        }
    }

    fn route_table(
        &mut self,
        name: &str,
        physical: &str,
        way_out: Option<Target>,
        subnets: BTreeSet<Ref<SubnetId>>,
    ) {
        let default = |target| Route { destination: Cidr::ANYWHERE, target };
        let table = RouteTable {
            vpc: Ref::to("main"),
            routes: way_out.map(default).into_iter().collect(),
            subnets,
            tags: self.tags::<RouteTable>(name, &self.name(physical)),
        };
        self.desired.add(name, &table);
    }

    /// The private subnets.
    pub(super) fn private_subnets(&self) -> BTreeSet<Ref<SubnetId>> {
        (1..=self.zones().len()).map(|number| Ref::to(&format!("private-{number}"))).collect()
    }

    /// The public subnets.
    pub(super) fn public_subnets(&self) -> BTreeSet<Ref<SubnetId>> {
        (1..=self.zones().len()).map(|number| Ref::to(&format!("public-{number}"))).collect()
    }

    /// What must be ready before something in a private subnet reaches the internet.
    pub(super) fn ways_out(&self) -> Vec<Address> {
        let gateways = self.stack.network.as_ref().map_or(0, Network::gateways);
        let tables = (1..=self.zones().len())
            .map(|number| Address::new(RouteTable::KIND, &format!("private-{number}")));
        let gateways =
            (1..=gateways).map(|number| Address::new(NatGateway::KIND, &format!("nat-{number}")));
        tables.chain(gateways).collect()
    }
}
