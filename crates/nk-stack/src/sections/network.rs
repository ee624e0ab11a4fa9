//! `[network]`: VPC, gateways, subnets, addresses, routes.

use std::collections::BTreeSet;

use nk_kinds::{
    Cidr,
    ec2::{
        ElasticIp, InternetGateway, NatGateway, Route, RouteTable, Subnet, SubnetId, Target, Vpc,
    },
};
use nk_model::{Address, Kind, Note, Ref, Settle};

use crate::{
    Stack,
    decode::{At, Fields, Word},
    expansion::Expansion,
    problem::Problem,
    section::Section,
    tree::{Node, Value},
};

/// How many elastic IP addresses a region allows by default.
const ADDRESSES: usize = 5;

/// The network of a stack.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    /// The VPC's addresses.
    pub(crate) cidr: Cidr,
    /// How private subnets reach the internet.
    pub(crate) nat: Nat,
    /// The zones, in the order of the file.
    pub(crate) zones: Vec<Zone>,
}

/// How private subnets reach the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nat {
    /// Through a NAT gateway in each zone.
    PerZone,
    /// Through one NAT gateway, in the first zone.
    Single,
    /// Not at all.
    None,
}

impl Word for Nat {
    const WORDS: &'static [(&'static str, Self)] =
        &[("per-zone", Self::PerZone), ("single", Self::Single), ("none", Self::None)];
}

/// One availability zone, with its two subnets.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    /// Such as `ap-northeast-1a`.
    pub(crate) name: String,
    /// The addresses of its public subnet.
    pub(crate) public: Cidr,
    /// The addresses of its private subnet.
    pub(crate) private: Cidr,
}

impl Section for Network {
    const KEY: &'static str = "network";
    const RESOURCES: &'static [&'static str] = &[
        "vpc.main",
        "internet-gateway.main",
        "subnet.*",
        "elastic-ip.*",
        "nat-gateway.*",
        "route-table.*",
    ];

    fn read(mut fields: Fields<'_, '_>, stack: &Stack) -> Option<Self> {
        let cidr = fields.required::<Cidr>("cidr");
        if let Some(cidr) = &cidr {
            size(&mut fields, cidr, "a VPC");
        }
        let nat = fields.or("nat", Nat::PerZone).value;
        let zones = read_zones(&mut fields, &stack.region, cidr.as_ref());
        fields.finish();
        Some(Self { cidr: cidr?.value, nat, zones: zones? })
    }

    fn expand(&self, expansion: &mut Expansion<'_>) {
        let tags = expansion.tags::<Vpc>("main");
        let (dns_support, dns_hostnames) = (true, true);
        expansion.add("main", &Vpc { cidr: self.cidr, dns_support, dns_hostnames, tags });
        let tags = expansion.tags::<InternetGateway>("main");
        expansion.add("main", &InternetGateway { vpc: Some(Ref::to("main")), tags });
        subnets(expansion, self);
        gateways(expansion, self);
        routes(expansion, self);
    }

    fn lint(&self, expansion: &mut Expansion<'_>) {
        let stack = expansion.stack;
        if self.nat == Nat::Single && self.zones.len() > 1 && stack.is_relied_on() {
            let text = "all zones use one NAT gateway; if its zone fails, no zone can reach the \
                        internet";
            expansion.note("nat-gateway.nat-1", text, "network.nat");
        }
        let of_all = stack.addresses_of_all;
        if of_all > ADDRESSES {
            let text = format!(
                "all environments together need {of_all} elastic IP addresses, but the default \
                 quota of a region is {ADDRESSES}"
            );
            expansion.note("elastic-ip", text, "network.nat");
        }
    }
}

impl Network {
    /// How many NAT gateways there are.
    pub(crate) fn gateways(&self) -> usize {
        match self.nat {
            Nat::PerZone => self.zones.len(),
            Nat::Single => 1,
            Nat::None => 0,
        }
    }
}

/// The note on allocating `new` elastic IP addresses if the region already has `used`; none if the
/// quota is sufficient.
pub fn address_note(new: usize, used: usize) -> Option<Note> {
    let text = format!(
        "this plan allocates {new} elastic IP addresses, and {used} of {ADDRESSES} (the default \
         quota) are in use"
    );
    let (about, settle) = ("elastic-ip".to_owned(), Some(Settle::Key("network.nat".into())));
    (new + used > ADDRESSES).then_some(Note { about, text, settle })
}

fn read_zones(
    fields: &mut Fields<'_, '_>,
    region: &str,
    vpc: Option<&At<Cidr>>,
) -> Option<Vec<Zone>> {
    const EXPECTED: &str = "a list of zones: `{ name = …, public = …, private = … }`";
    let Some(node) = fields.take("zones") else {
        fields.missing("zones", EXPECTED);
        return None;
    };
    let Value::List(items) = &node.value else {
        fields.wrong_type("zones", node, EXPECTED);
        return None;
    };
    if items.is_empty() {
        let message = "a network needs at least one zone";
        fields.report(Problem::new(&node.span, message, "this list is empty"));
    }
    let mut subnets = Vec::new();
    let mut names = Vec::new();
    let zones: Vec<_> = items
        .iter()
        .filter_map(|item| read_zone(fields, item, region, &mut names, &mut subnets))
        .collect();
    check_subnets(fields, vpc, &subnets);
    (zones.len() == items.len()).then_some(zones)
}

fn read_zone(
    fields: &mut Fields<'_, '_>,
    node: &Node,
    region: &str,
    names: &mut Vec<String>,
    subnets: &mut Vec<At<Cidr>>,
) -> Option<Zone> {
    let Some(table) = node.table() else {
        fields.wrong_type("zones", node, "a list of tables");
        return None;
    };
    let path = fields.name("zones");
    let mut zone = Fields::new(path, &node.span, table, fields.problems);
    let name = zone.required::<String>("name");
    let public = zone.required::<Cidr>("public");
    let private = zone.required::<Cidr>("private");
    zone.finish();
    subnets.extend([&public, &private].into_iter().flatten().cloned());
    let name = name?;
    check_zone_name(fields, &name, region);
    if names.contains(&name.value) {
        let message = format!("the zone {} is listed twice", name.value);
        fields.report(Problem::new(&name.span, message, "again"));
    }
    names.push(name.value.clone());
    Some(Zone { name: name.value, public: public?.value, private: private?.value })
}

fn check_zone_name(fields: &mut Fields<'_, '_>, name: &At<String>, region: &str) {
    let letter = |rest: &str| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_lowercase());
    if region.is_empty() || name.value.strip_prefix(region).is_some_and(letter) {
        return;
    }
    let message = format!("`{}` is not a zone of {region}", name.value);
    let help = format!("the zones of {region} are `{region}a`, `{region}b` and so on");
    fields.report(Problem::new(&name.span, message, "not in the stack's region").help(help));
}

fn check_subnets(fields: &mut Fields<'_, '_>, vpc: Option<&At<Cidr>>, subnets: &[At<Cidr>]) {
    for (index, subnet) in subnets.iter().enumerate() {
        size(fields, subnet, "a subnet");
        if let Some(vpc) = vpc.filter(|vpc| !vpc.value.contains(subnet.value)) {
            let message =
                format!("{} is outside the range of the network, {}", subnet.value, vpc.value);
            fields.report(Problem::new(&subnet.span, message, "not in `network.cidr`"));
        }
        if let Some(other) = subnets[..index].iter().find(|one| one.value.overlaps(subnet.value)) {
            let message = format!("{} overlaps {}", subnet.value, other.value);
            fields.report(Problem::new(&subnet.span, message, "used by another subnet"));
        }
    }
}

fn size(fields: &mut Fields<'_, '_>, cidr: &At<Cidr>, what: &str) {
    if !(16..=28).contains(&cidr.value.length()) {
        let message = format!("{what} cannot be a /{}", cidr.value.length());
        fields.report(Problem::new(&cidr.span, message, "must be /16 to /28"));
    }
}

fn subnets(expansion: &mut Expansion<'_>, network: &Network) {
    for (zone, number) in network.zones.iter().zip(1..) {
        for (side, cidr) in [("public", zone.public), ("private", zone.private)] {
            let name = format!("{side}-{number}");
            let subnet = Subnet {
                vpc: Ref::to("main"),
                cidr,
                zone: zone.name.clone(),
                public_addresses: false,
                tags: expansion.tags::<Subnet>(&name),
            };
            expansion.add(&name, &subnet);
        }
    }
}

fn gateways(expansion: &mut Expansion<'_>, network: &Network) {
    for number in 1..=network.gateways() {
        let name = format!("nat-{number}");
        let (_, tags) = expansion.identify_after::<ElasticIp>(&name, &number.to_string());
        expansion.add(&name, &ElasticIp { tags });
        let gateway = NatGateway {
            subnet: Ref::to(&format!("public-{number}")),
            address: Ref::to(&name),
            tags: expansion.tags::<NatGateway>(&name),
        };
        // Without a route to the internet, a NAT gateway fails for good.
        expansion.add(&name, &gateway).after = vec![
            Address::new(InternetGateway::KIND, "main"),
            Address::new(RouteTable::KIND, "public"),
        ];
    }
}

fn routes(expansion: &mut Expansion<'_>, network: &Network) {
    let way_out = Target::InternetGateway(Ref::to("main"));
    route_table(
        expansion,
        ("public", "public-rt"),
        Some(way_out),
        expansion.stack.subnets("public"),
    );
    for number in 1..=network.zones.len() {
        let gateway = match network.nat {
            Nat::PerZone => Some(format!("nat-{number}")),
            Nat::Single => Some("nat-1".to_owned()),
            Nat::None => None,
        };
        let way_out = gateway.map(|name| Target::NatGateway(Ref::to(&name)));
        let name = format!("private-{number}");
        let subnets = BTreeSet::from([Ref::to(&name)]);
        route_table(expansion, (&name, &format!("private-rt-{number}")), way_out, subnets);
    }
}

fn route_table(
    expansion: &mut Expansion<'_>,
    (name, word): (&str, &str),
    way_out: Option<Target>,
    subnets: BTreeSet<Ref<SubnetId>>,
) {
    let default = |target| Route { destination: Cidr::ANYWHERE, target };
    let table = RouteTable {
        vpc: Ref::to("main"),
        routes: way_out.map(default).into_iter().collect(),
        subnets,
        tags: expansion.identify_after::<RouteTable>(name, word).1,
    };
    expansion.add(name, &table);
}

impl Stack {
    /// How many zones its network has.
    pub(crate) fn zones(&self) -> usize {
        self.section::<Network>().map_or(0, |network| network.zones.len())
    }

    /// How many NAT gateways it has.
    pub(crate) fn gateways(&self) -> usize {
        self.section::<Network>().map_or(0, Network::gateways)
    }

    /// The subnets of one side, `public` or `private`.
    pub(crate) fn subnets(&self, side: &str) -> BTreeSet<Ref<SubnetId>> {
        (1..=self.zones()).map(|number| Ref::to(&format!("{side}-{number}"))).collect()
    }

    /// What must be ready before something in a private subnet reaches the internet.
    pub(crate) fn ways_out(&self) -> Vec<Address> {
        let tables = (1..=self.zones())
            .map(|number| Address::new(RouteTable::KIND, &format!("private-{number}")));
        let gateways = (1..=self.gateways())
            .map(|number| Address::new(NatGateway::KIND, &format!("nat-{number}")));
        tables.chain(gateways).collect()
    }
}
