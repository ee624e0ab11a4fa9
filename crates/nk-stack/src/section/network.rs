//! `[network]`: the VPC, its zones, and the way out.

use nk_kinds::Cidr;

use crate::{
    decode::{At, Fields, Word},
    problem::Problem,
    tree::{Node, Value},
};

/// The network of a stack.
#[derive(Debug, Clone)]
pub struct Network {
    /// The VPC's addresses.
    pub cidr: Cidr,
    /// How what stands in private subnets reaches the internet.
    pub nat: At<Nat>,
    /// The zones, in the order of the file.
    pub zones: Vec<Zone>,
}

/// How what stands in private subnets reaches the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nat {
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
pub struct Zone {
    /// As in `ap-northeast-1a`.
    pub name: String,
    /// The addresses of its public subnet.
    pub public: Cidr,
    /// The addresses of its private subnet.
    pub private: Cidr,
}

impl Network {
    /// How many NAT gateways there are.
    pub fn gateways(&self) -> usize {
        match self.nat.value {
            Nat::PerZone => self.zones.len(),
            Nat::Single => 1,
            Nat::None => 0,
        }
    }

    pub(crate) fn read(mut fields: Fields<'_, '_>, region: &str) -> Option<Self> {
        let cidr = fields.required::<Cidr>("cidr");
        if let Some(cidr) = &cidr {
            size(&mut fields, cidr, "a VPC");
        }
        let nat = fields.or("nat", Nat::PerZone);
        let zones = read_zones(&mut fields, region, cidr.as_ref());
        fields.finish();
        Some(Self { cidr: cidr?.value, nat, zones: zones? })
    }
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
        let message = format!("the zone {} is there twice", name.value);
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
    let help = format!("the zones of {region} are called `{region}a`, `{region}b` and so on");
    fields.report(Problem::new(&name.span, message, "not in the stack's region").help(help));
}

fn check_subnets(fields: &mut Fields<'_, '_>, vpc: Option<&At<Cidr>>, subnets: &[At<Cidr>]) {
    for (index, subnet) in subnets.iter().enumerate() {
        size(fields, subnet, "a subnet");
        if let Some(vpc) = vpc.filter(|vpc| !vpc.value.contains(subnet.value)) {
            let message = format!("{} is outside the network's {}", subnet.value, vpc.value);
            fields.report(Problem::new(&subnet.span, message, "not in `network.cidr`"));
        }
        if let Some(other) = subnets[..index].iter().find(|one| one.value.overlaps(subnet.value)) {
            let message = format!("{} overlaps {}", subnet.value, other.value);
            fields.report(Problem::new(&subnet.span, message, "in use by another subnet"));
        }
    }
}

fn size(fields: &mut Fields<'_, '_>, cidr: &At<Cidr>, what: &str) {
    if !(16..=28).contains(&cidr.value.length()) {
        let message = format!("{what} cannot be a /{}", cidr.value.length());
        fields.report(Problem::new(&cidr.span, message, "must be /16 to /28"));
    }
}
