//! A small network: enough to order, replace and break.

use nk_kinds::{
    Tags,
    ec2::{
        ElasticIp, InternetGateway, NatGateway, Peer, Route, RouteTable, Rule, SecurityGroup,
        Subnet, Target, Vpc,
    },
};
use nk_model::{Address, Desired, Kind, Ref, StackId};

/// The stack of the small network.
pub fn stack() -> StackId {
    StackId { project: "small".into(), environment: "test".into() }
}

fn tags<K: Kind>(name: &str) -> Tags {
    Tags::new(&stack(), &Address::new(K::KIND, name), name)
}

/// The small network, with its VPC and its one subnet in these ranges.
///
/// # Panics
///
/// If a range is not valid.
pub fn network(vpc: &str, subnet: &str) -> Desired {
    let mut desired = Desired::nothing(stack());
    let cidr = |text: &str| text.parse().expect("an address range");
    desired.add(
        "main",
        &Vpc { cidr: cidr(vpc), dns_support: true, dns_hostnames: true, tags: tags::<Vpc>("main") },
    );
    let gateway =
        InternetGateway { vpc: Some(Ref::to("main")), tags: tags::<InternetGateway>("main") };
    desired.add("main", &gateway);
    let public = Subnet {
        vpc: Ref::to("main"),
        cidr: cidr(subnet),
        zone: "ap-northeast-1a".into(),
        public_addresses: false,
        tags: tags::<Subnet>("public"),
    };
    desired.add("public", &public);
    desired.add("nat", &ElasticIp { tags: tags::<ElasticIp>("nat") });
    let nat = NatGateway {
        subnet: Ref::to("public"),
        address: Ref::to("nat"),
        tags: tags::<NatGateway>("nat"),
    };
    desired.add("nat", &nat).after = vec![Address::new("internet-gateway", "main")];
    for (name, target, subnets) in [
        ("public", Target::InternetGateway(Ref::to("main")), vec![Ref::to("public")]),
        ("private", Target::NatGateway(Ref::to("nat")), Vec::new()),
    ] {
        let table = RouteTable {
            vpc: Ref::to("main"),
            routes: [Route { destination: nk_kinds::Cidr::ANYWHERE, target }].into(),
            subnets: subnets.into_iter().collect(),
            tags: tags::<RouteTable>(name),
        };
        desired.add(name, &table);
    }
    for (name, peer) in
        [("outer", Peer::Cidr(nk_kinds::Cidr::ANYWHERE)), ("inner", Peer::Group(Ref::to("outer")))]
    {
        let group = SecurityGroup {
            name: name.into(),
            description: name.into(),
            vpc: Ref::to("main"),
            ingress: [Rule::tcp(80, peer)].into(),
            egress: [Rule::all(Peer::Cidr(nk_kinds::Cidr::ANYWHERE))].into(),
            tags: tags::<SecurityGroup>(name),
            rule_tags: tags::<SecurityGroup>(name),
        };
        desired.add(name, &group);
    }
    desired
}
