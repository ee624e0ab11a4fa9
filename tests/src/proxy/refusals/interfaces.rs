//! The network interfaces with which AWS attaches its services to a VPC, and which remain for a
//! while when those are deleted.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::{
    account::{Account, Key, Kind, Thing},
    fields::filters,
    network::vpc_of,
};

/// The description of an owner's interfaces.
struct Look {
    description: String,
    public: bool,
    subnets: BTreeSet<String>,
    groups: BTreeSet<String>,
    /// The id that the owner itself shows.
    id: Option<String>,
}

fn look(account: &Account, (kind, id): &Key, thing: &Thing) -> Option<Look> {
    let own = |kind| thing.of(kind).map(str::to_owned).collect();
    let (description, public, subnets) = match kind {
        Kind::LoadBalancer => {
            let name = id.split_once("loadbalancer/").map_or("", |(_, name)| name);
            (format!("ELB {name}"), true, own(Kind::Subnet))
        }
        // ECS names the attachment and not the service.
        Kind::Service => (
            "arn:aws:ecs:ap-northeast-1:123456789012:attachment/2f0c7a3e-6b1d".to_owned(),
            false,
            own(Kind::Subnet),
        ),
        Kind::NatGateway => (format!("Interface for NAT Gateway {id}"), true, own(Kind::Subnet)),
        Kind::Database => ("RDSNetworkInterface".to_owned(), false, housed(account, thing)),
        _ => return None,
    };
    let id = thing.facts.get("interface").cloned();
    Some(Look { description, public, subnets, groups: own(Kind::SecurityGroup), id })
}

/// The subnets in which a database is: in one zone, or all subnets of its group.
fn housed(account: &Account, database: &Thing) -> BTreeSet<String> {
    let groups = database.of(Kind::SubnetGroup);
    let groups = groups.filter_map(|name| account.get(Kind::SubnetGroup, name));
    let mut subnets: Vec<_> = groups.flat_map(|group| group.of(Kind::Subnet)).collect();
    let zone =
        |id: &&str| account.get(Kind::Subnet, id).map(|subnet| subnet.fact("zone").to_owned());
    subnets.sort_by_key(zone);
    let count = if database.fact("multi-zone") == "true" { subnets.len() } else { 1 };
    subnets.into_iter().take(count).map(str::to_owned).collect()
}

/// Updates the interfaces of every owner.
pub(super) fn follow(account: &mut Account) {
    let owners = [Kind::LoadBalancer, Kind::Service, Kind::NatGateway, Kind::Database];
    let owners = owners.into_iter().flat_map(|kind| {
        let all = account.all(kind).map(|(id, thing)| ((kind, id.to_owned()), thing.clone()));
        all.collect::<Vec<_>>()
    });
    let owners: BTreeMap<Key, Thing> = owners.collect();
    for (key, thing) in &owners {
        if let Some(look) = look(account, key, thing) {
            plug(account, key, thing, look);
        }
    }
    unplug(account, &owners);
}

fn plug(account: &mut Account, owner: &Key, thing: &Thing, mut look: Look) {
    let linger = account.times.lingering(owner.0);
    let there: Vec<Key> =
        account.users(owner, &[Kind::Interface]).map(|(key, _)| key.clone()).collect();
    for (_, id) in there {
        let Some(interface) = account.get_mut(Kind::Interface, &id) else { continue };
        if interface.gone.is_some() && thing.gone.is_none() {
            continue;
        }
        let stays = interface.of(Kind::Subnet).all(|subnet| look.subnets.contains(subnet));
        if let Some(gone) = thing.gone {
            interface.gone = Some(gone + linger);
        } else if !stays {
            interface.gone = Some(Instant::now() + linger);
        } else {
            let groups = look.groups.iter().map(|id| (Kind::SecurityGroup, id.clone()));
            interface.uses.retain(|(kind, _)| *kind != Kind::SecurityGroup);
            interface.uses.extend(groups);
        }
        if stays {
            let subnets: Vec<_> = interface.of(Kind::Subnet).map(str::to_owned).collect();
            look.subnets.retain(|subnet| !subnets.contains(subnet));
        }
    }
    if thing.gone.is_some() {
        return;
    }
    for subnet in &look.subnets {
        let number = account.number();
        let id = look.id.clone().unwrap_or_else(|| format!("eni-{number:017x}"));
        let groups = look.groups.iter().map(|id| (Kind::SecurityGroup, id.clone()));
        let uses = groups.chain([(Kind::Subnet, subnet.clone()), owner.clone()]);
        let mut interface = Thing::new(uses);
        interface.facts.insert("description", look.description.clone());
        interface.facts.insert("public", look.public.to_string());
        account.add((Kind::Interface, id), interface);
    }
}

/// Deletes the interfaces whose owner was deleted at once.
fn unplug(account: &mut Account, owners: &BTreeMap<Key, Thing>) {
    let left = |interface: &Thing| {
        let mut plugged = interface.uses.iter();
        let owner = plugged.find(|(kind, _)| !matches!(kind, Kind::Subnet | Kind::SecurityGroup));
        owner.filter(|owner| !owners.contains_key(*owner)).map(|owner| owner.0)
    };
    let all = account.all(Kind::Interface).filter(|(_, interface)| interface.gone.is_none());
    let left: Vec<_> =
        all.filter_map(|(id, interface)| Some((id.to_owned(), left(interface)?))).collect();
    for (id, kind) in left {
        let gone = Instant::now() + account.times.lingering(kind);
        account.leave(&(Kind::Interface, id), gone, &[]);
    }
}

/// EC2's answer to a question about network interfaces.
pub(super) fn described(account: &Account, request: &str) -> String {
    let filters = filters(request);
    let items: Vec<_> = account
        .all(Kind::Interface)
        .filter(|(id, interface)| {
            filters.iter().all(|(name, values)| matches(account, name, values, id, interface))
        })
        .map(|(id, interface)| item(account, id, interface))
        .collect();
    format!(
        "<DescribeNetworkInterfacesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>00000000-0000-4000-8000-000000000000</requestId>\
         <networkInterfaceSet>{}</networkInterfaceSet></DescribeNetworkInterfacesResponse>",
        items.concat()
    )
}

fn matches(account: &Account, name: &str, values: &[String], id: &str, interface: &Thing) -> bool {
    let has = |value: &str| values.iter().any(|wanted| wanted == value);
    match name {
        "network-interface-id" => has(id),
        "description" => has(interface.fact("description")),
        "subnet-id" => interface.of(Kind::Subnet).any(has),
        "group-id" => interface.of(Kind::SecurityGroup).any(has),
        "vpc-id" => vpc_of(account, interface).is_some_and(has),
        // Nothing matches an unknown filter, so the test notices it.
        _ => name.strip_prefix("tag:").is_some_and(|key| {
            let tags = interface.fact("tags").lines().filter_map(|tag| tag.split_once('='));
            tags.filter(|(name, _)| *name == key).any(|(_, value)| has(value))
        }),
    }
}

fn item(account: &Account, id: &str, interface: &Thing) -> String {
    let subnet = interface.of(Kind::Subnet).next().unwrap_or_default();
    let vpc = vpc_of(account, interface).unwrap_or_default();
    let group = |id| format!("<item><groupId>{id}</groupId></item>");
    let groups = interface.of(Kind::SecurityGroup).map(group).collect::<Vec<_>>().concat();
    let owned = interface.uses.iter().any(|(kind, _)| {
        matches!(kind, Kind::LoadBalancer | Kind::Service | Kind::NatGateway | Kind::Database)
    });
    let address = if interface.fact("public") == "true" {
        "<association><publicIp>203.0.113.7</publicIp></association>"
    } else {
        ""
    };
    format!(
        "<item><networkInterfaceId>{id}</networkInterfaceId><subnetId>{subnet}</subnetId>\
         <vpcId>{vpc}</vpcId><description>{}</description>\
         <requesterManaged>{owned}</requesterManaged><status>in-use</status>\
         <groupSet>{groups}</groupSet>{address}</item>",
        interface.fact("description")
    )
}
