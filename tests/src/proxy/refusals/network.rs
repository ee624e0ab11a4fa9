//! What EC2 refuses.

use tokio::time::Instant;

use super::{
    Objection,
    account::{Account, Key, Kind, Thing},
    deed::{Deed, Id, Names, Words, change, make, remove},
    fields::Fields,
};
use crate::proxy::Call;

const VPC: Names = Names::new(
    "VpcId",
    Kind::Vpc,
    Words(400, "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
)
.late();
const SUBNET: Names = Names::new(
    "SubnetId",
    Kind::Subnet,
    Words(400, "InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
)
.late();
const GATEWAY: Names = Names::new(
    "InternetGatewayId",
    Kind::InternetGateway,
    Words(400, "InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"),
)
.late();
const ROUTE_GATEWAY: Names = Names::new(
    "GatewayId",
    Kind::InternetGateway,
    Words(400, "InvalidGatewayID.NotFound", "The gateway ID '{}' does not exist"),
)
.late();
const NO_NAT: Words =
    Words(400, "InvalidNatGatewayID.NotFound", "The natGateway ID '{}' does not exist");
const ROUTE_NAT: Names = Names::new("NatGatewayId", Kind::NatGateway, NO_NAT).late();
const ADDRESS: Names = Names::new(
    "AllocationId",
    Kind::Address,
    Words(400, "InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"),
)
.late();
const TABLE: Names = Names::new(
    "RouteTableId",
    Kind::RouteTable,
    Words(400, "InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"),
)
.late();
const NO_GROUP: Words =
    Words(400, "InvalidGroup.NotFound", "The security group '{}' does not exist");
const GROUP: Names = Names::new("GroupId", Kind::SecurityGroup, NO_GROUP).late();
const PEERS: Names = Names::new("IpPermissions.Groups.GroupId", Kind::SecurityGroup, NO_GROUP);
const INTERFACE_GROUPS: Names = Names::unchecked("SecurityGroupId", Kind::SecurityGroup);

/// EC2's answer for something that is in use.
const fn dependent(message: &'static str) -> Words {
    Words(400, "DependencyViolation", message)
}

pub(super) const DEEDS: &[Deed] = &[
    make("ec2:CreateVpc", Kind::Vpc, Id::Answered("vpc.vpcId")),
    change("ec2:ModifyVpcAttribute", Kind::Vpc, &["VpcId"]).naming(&[VPC]),
    remove("ec2:DeleteVpc", Kind::Vpc, &["VpcId"]).unless_used(
        &[Kind::Subnet, Kind::InternetGateway, Kind::SecurityGroup, Kind::RouteTable],
        dependent("The vpc '{}' has dependencies and cannot be deleted."),
    ),
    make("ec2:CreateSubnet", Kind::Subnet, Id::Answered("subnet.subnetId")).naming(&[VPC]),
    change("ec2:ModifySubnetAttribute", Kind::Subnet, &["SubnetId"]).naming(&[SUBNET]),
    remove("ec2:DeleteSubnet", Kind::Subnet, &["SubnetId"])
        .unless_used(
            &[Kind::Interface],
            dependent("The subnet '{}' has dependencies and cannot be deleted."),
        )
        .with(&[Kind::Association]),
    make(
        "ec2:CreateInternetGateway",
        Kind::InternetGateway,
        Id::Answered("internetGateway.internetGatewayId"),
    ),
    change("ec2:AttachInternetGateway", Kind::InternetGateway, &["InternetGatewayId"])
        .naming(&[GATEWAY, VPC]),
    remove("ec2:DeleteInternetGateway", Kind::InternetGateway, &["InternetGatewayId"]),
    make("ec2:AllocateAddress", Kind::Address, Id::Answered("allocationId")),
    remove("ec2:ReleaseAddress", Kind::Address, &["AllocationId"]).unless_used(
        &[Kind::NatGateway],
        Words(400, "InvalidIPAddress.InUse", "Address with allocation ID '{}' is in use."),
    ),
    make("ec2:CreateNatGateway", Kind::NatGateway, Id::Answered("natGateway.natGatewayId"))
        .naming(&[SUBNET, ADDRESS]),
    remove("ec2:DeleteNatGateway", Kind::NatGateway, &["NatGatewayId"]),
    make("ec2:CreateRouteTable", Kind::RouteTable, Id::Answered("routeTable.routeTableId"))
        .naming(&[VPC]),
    change("ec2:CreateRoute", Kind::RouteTable, &["RouteTableId"]).naming(&[
        TABLE,
        ROUTE_GATEWAY,
        ROUTE_NAT,
    ]),
    change("ec2:ReplaceRoute", Kind::RouteTable, &["RouteTableId"]).naming(&[
        TABLE,
        ROUTE_GATEWAY,
        ROUTE_NAT,
    ]),
    make("ec2:AssociateRouteTable", Kind::Association, Id::Answered("associationId"))
        .naming(&[TABLE, SUBNET]),
    remove("ec2:DisassociateRouteTable", Kind::Association, &["AssociationId"]),
    remove("ec2:DeleteRouteTable", Kind::RouteTable, &["RouteTableId"]).unless_used(
        &[Kind::Association],
        dependent("The routeTable '{}' has dependencies and cannot be deleted."),
    ),
    make("ec2:CreateSecurityGroup", Kind::SecurityGroup, Id::Answered("groupId"))
        .naming(&[VPC])
        .once(
            &["VpcId", "GroupName"],
            Words(400, "InvalidGroup.Duplicate", "The security group '{}' already exists"),
        ),
    remove("ec2:DeleteSecurityGroup", Kind::SecurityGroup, &["GroupId"]).unless_used(
        &[Kind::Interface, Kind::SecurityGroup],
        dependent("resource {} has a dependent object"),
    ),
    make(
        "ec2:CreateNetworkInterface",
        Kind::Interface,
        Id::Answered("networkInterface.networkInterfaceId"),
    )
    .naming(&[SUBNET, INTERFACE_GROUPS]),
    remove("ec2:DeleteNetworkInterface", Kind::Interface, &["NetworkInterfaceId"]),
];

/// What the table cannot express.
pub(super) fn objection(account: &Account, call: &Call, asked: &Fields) -> Option<Objection> {
    match call.name().as_str() {
        "ec2:AttachInternetGateway" => attach(account, asked),
        "ec2:DetachInternetGateway" => detach(account, asked),
        "ec2:DeleteInternetGateway" => {
            let id = asked.one("InternetGatewayId")?;
            let attached = account.get(Kind::InternetGateway, id)?.of(Kind::Vpc).next().is_some();
            let words =
                dependent("The internetGateway '{}' has dependencies and cannot be deleted.");
            attached.then(|| words.about(id, false))
        }
        "ec2:CreateNatGateway" => nat_gateway(account, asked),
        "ec2:CreateRoute" | "ec2:ReplaceRoute" => route(account, asked),
        "ec2:AssociateRouteTable" => {
            let subnet = (Kind::Subnet, asked.one("SubnetId")?.to_owned());
            let (association, _) = account.users(&subnet, &[Kind::Association]).next()?;
            let words = Words(
                400,
                "Resource.AlreadyAssociated",
                "the specified association for route table conflicts with {}",
            );
            Some(words.about(&association.1, false))
        }
        "ec2:AuthorizeSecurityGroupIngress" | "ec2:AuthorizeSecurityGroupEgress" => {
            let deed = change("", Kind::SecurityGroup, &["GroupId"]).naming(&[GROUP, PEERS]);
            deed.objection(account, asked)
        }
        _ => None,
    }
}

fn attach(account: &Account, asked: &Fields) -> Option<Objection> {
    let vpc = (Kind::Vpc, asked.one("VpcId")?.to_owned());
    let gateway = asked.one("InternetGatewayId")?;
    if account.get(Kind::InternetGateway, gateway)?.of(Kind::Vpc).next().is_some() {
        let words = Words(
            400,
            "Resource.AlreadyAssociated",
            "resource {} is already attached to a network",
        );
        return Some(words.about(gateway, false));
    }
    account.users(&vpc, &[Kind::InternetGateway]).next()?;
    let words = "Network {} already has an internet gateway attached";
    Some(Words(400, "InvalidParameterValue", words).about(&vpc.1, false))
}

fn detach(account: &Account, asked: &Fields) -> Option<Objection> {
    let (gateway, vpc) = (asked.one("InternetGatewayId")?, asked.one("VpcId")?);
    if account.get(Kind::InternetGateway, gateway)?.of(Kind::Vpc).all(|one| one != vpc) {
        let words = "resource {} is not attached to a network";
        return Some(Words(400, "Gateway.NotAttached", words).about(gateway, false));
    }
    let public = |interface: &&Thing| {
        interface.fact("public") == "true" && vpc_of(account, interface) == Some(vpc)
    };
    let held: Vec<_> = account.all(Kind::Interface).map(|one| one.1).filter(public).collect();
    let passes = held.iter().all(|interface| interface.gone.is_some());
    let words = dependent(
        "Network {} has some mapped public address(es). Please unmap those public address(es) \
         before detaching the gateway.",
    );
    (!held.is_empty()).then(|| words.about(vpc, passes))
}

fn nat_gateway(account: &Account, asked: &Fields) -> Option<Objection> {
    let address = (Kind::Address, asked.one("AllocationId")?.to_owned());
    if let Some((_, holder)) = account.users(&address, &[Kind::NatGateway]).next() {
        let words = Words(400, "Resource.AlreadyAssociated", "Resource {} is already associated.");
        return Some(words.about(&address.1, holder.gone.is_some()));
    }
    let vpc = account.get(Kind::Subnet, asked.one("SubnetId")?)?.of(Kind::Vpc).next()?;
    // AWS accepts the call, and the gateway fails with this code, which must never happen.
    let words = Words(400, "Gateway.NotAttached", "Network {} has no Internet gateway attached");
    (!has_gateway(account, vpc)).then(|| words.about(vpc, false))
}

/// Whether a VPC has a route to the internet.
pub(super) fn has_gateway(account: &Account, vpc: &str) -> bool {
    let vpc = (Kind::Vpc, vpc.to_owned());
    account.users(&vpc, &[Kind::InternetGateway]).next().is_some()
}

fn route(account: &Account, asked: &Fields) -> Option<Objection> {
    if let Some(id) = asked.one("NatGatewayId") {
        // AWS may accept a route to one that is not available yet, or may not.
        let word = account.get(Kind::NatGateway, id)?.word("deleting");
        return (word == Some("pending")).then(|| NO_NAT.about(id, true));
    }
    let (table, gateway) = (asked.one("RouteTableId")?, asked.one("GatewayId")?);
    let vpc = account.get(Kind::RouteTable, table)?.of(Kind::Vpc).next()?;
    let attached = account.get(Kind::InternetGateway, gateway)?.of(Kind::Vpc).next();
    let words =
        format!("route table {table} and network gateway {{}} belong to different networks");
    let objection = Words(400, "InvalidParameterValue", "{}").about(&words, attached.is_none());
    (attached != Some(vpc)).then_some(objection).map(|mut objection| {
        objection.refusal.message = objection.refusal.message.replace("{}", gateway);
        objection
    })
}

/// The VPC of an interface.
pub(super) fn vpc_of<'a>(account: &'a Account, interface: &Thing) -> Option<&'a str> {
    let subnet = interface.of(Kind::Subnet).next()?;
    account.get(Kind::Subnet, subnet)?.of(Kind::Vpc).next()
}

/// Learns what the table cannot express.
pub(super) fn learn(account: &mut Account, call: &Call, asked: &Fields, answered: &Fields) {
    match call.name().as_str() {
        "ec2:CreateSubnet" => {
            let (id, zone) = (answered.one("subnet.subnetId"), asked.one("AvailabilityZone"));
            note(account, &(Kind::Subnet, id.unwrap_or_default().into()), "zone", zone);
        }
        "ec2:CreateNatGateway" => {
            let id = answered.one("natGateway.natGatewayId").unwrap_or_default();
            let interface = answered.one("networkInterfaceId");
            note(account, &(Kind::NatGateway, id.into()), "interface", interface);
        }
        "ec2:CreateNetworkInterface" => {
            let id = answered.one("networkInterface.networkInterfaceId").unwrap_or_default();
            let key = (Kind::Interface, id.into());
            let pairs = asked.all("Tag.Key").zip(asked.all("Tag.Value"));
            let tags: Vec<_> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
            note(account, &key, "description", asked.one("Description"));
            note(account, &key, "tags", Some(&tags.join("\n")));
        }
        "ec2:DetachInternetGateway" => {
            let id = asked.one("InternetGatewayId").unwrap_or_default();
            if let Some(gateway) = account.get_mut(Kind::InternetGateway, id) {
                gateway.uses.clear();
            }
        }
        "ec2:ReplaceRouteTableAssociation" => replace_association(account, asked, answered),
        _ => {}
    }
}

/// Records something about a thing.
pub(super) fn note(account: &mut Account, key: &Key, name: &'static str, value: Option<&str>) {
    if let (Some(thing), Some(value)) = (account.get_mut(key.0, &key.1), value) {
        thing.facts.insert(name, value.to_owned());
    }
}

fn replace_association(account: &mut Account, asked: &Fields, answered: &Fields) {
    let old = asked.one("AssociationId").unwrap_or_default();
    let table = asked.one("RouteTableId").unwrap_or_default();
    let (Some(new), Some(association)) =
        (answered.one("newAssociationId"), account.get(Kind::Association, old))
    else {
        return;
    };
    let subnets: Vec<Key> =
        association.of(Kind::Subnet).map(|id| (Kind::Subnet, id.into())).collect();
    let uses = subnets.into_iter().chain([(Kind::RouteTable, table.to_owned())]);
    let thing = Thing::new(uses);
    account.leave(&(Kind::Association, old.to_owned()), Instant::now(), &[]);
    account.add((Kind::Association, new.to_owned()), thing);
}
