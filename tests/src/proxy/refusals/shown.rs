//! How answers show what takes time: emulators finish at once.

use std::ops::Range;

use roxmltree::{Document, Node};
use serde_json::{Value as Json, json};

use super::{
    account::{Account, Kind},
    deed::known_as,
    fields::Fields,
    interfaces,
};
use crate::proxy::{Answer, Call};

/// Where an XML answer contains the state of things of a type.
struct Told {
    kind: Kind,
    id: &'static str,
    state: &'static [&'static str],
    leaving: &'static str,
}

const NAT_GATEWAY: Told =
    Told { kind: Kind::NatGateway, id: "natGatewayId", state: &["state"], leaving: "deleting" };
const LOAD_BALANCER: Told = Told {
    kind: Kind::LoadBalancer,
    id: "LoadBalancerArn",
    state: &["State", "Code"],
    leaving: "provisioning",
};
const DATABASE: Told = Told {
    kind: Kind::Database,
    id: "DBInstanceIdentifier",
    state: &["DBInstanceStatus"],
    leaving: "deleting",
};

/// Adds to an answer what AWS would show.
pub(super) fn show(account: &mut Account, call: &Call, answer: &mut Answer) {
    match call.name().as_str() {
        "ec2:DescribeNetworkInterfaces" => {
            *answer =
                Answer { status: 200, body: interfaces::described(account, &call.body).into() };
        }
        "ec2:DescribeNatGateways" | "ec2:CreateNatGateway" => {
            restate(account, &NAT_GATEWAY, answer);
        }
        "elasticloadbalancing:DescribeLoadBalancers"
        | "elasticloadbalancing:CreateLoadBalancer" => restate(account, &LOAD_BALANCER, answer),
        "rds:DescribeDBInstances" | "rds:CreateDBInstance" | "rds:ModifyDBInstance" => {
            database(account, call, answer);
        }
        "ecs:DescribeServices" | "ecs:CreateService" | "ecs:UpdateService" => {
            services(account, answer);
        }
        _ => {}
    }
}

/// A child element with this name, in any namespace.
fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Replaces parts of a text, which do not overlap.
fn replaced(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut result = text.to_owned();
    for (range, new) in edits.into_iter().rev() {
        result.replace_range(range, &new);
    }
    result
}

fn restate(account: &Account, told: &Told, answer: &mut Answer) {
    let body = text(answer);
    let Ok(document) = Document::parse(&body) else { return };
    let mut edits = Vec::new();
    for id in document.descendants().filter(|node| node.tag_name().name() == told.id) {
        let thing = id.text().and_then(|id| account.get(told.kind, id));
        let Some(word) = thing.and_then(|thing| thing.word(told.leaving)) else { continue };
        let Some(item) = id.parent() else { continue };
        let state = told.state.iter().try_fold(item, |node, name| child(node, name));
        if let Some(state) = state.and_then(|state| state.first_child()) {
            edits.push((state.range(), word.to_owned()));
        }
        // An instance has no endpoint before it is created.
        if let Some(endpoint) = child(item, "Endpoint").filter(|_| word == "creating") {
            edits.push((endpoint.range(), String::new()));
        }
    }
    answer.body = replaced(&body, edits).into();
}

/// A database that is being deleted is still described, although the emulator has none any more.
fn database(account: &mut Account, call: &Call, answer: &mut Answer) {
    let asked = Fields::read(&call.body);
    let name = asked.one("DBInstanceIdentifier").unwrap_or_default().to_owned();
    if answer.status == 404
        && let Some(going) = account.get(Kind::Database, &name).filter(|one| one.gone.is_some())
    {
        let seen = going.fact("seen");
        let body = format!(
            "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\
             <DescribeDBInstancesResult><DBInstances>{seen}</DBInstances>\
             </DescribeDBInstancesResult></DescribeDBInstancesResponse>"
        );
        *answer = Answer { status: 200, body: body.into() };
    } else {
        let body = text(answer);
        let document = Document::parse(&body);
        for node in document.iter().flat_map(Document::descendants) {
            let id = (node.tag_name().name() == "DBInstance")
                .then(|| child(node, "DBInstanceIdentifier").and_then(|id| id.text()))
                .flatten();
            if let Some(database) = id.and_then(|id| account.get_mut(Kind::Database, id)) {
                database.facts.insert("seen", body[node.range()].to_owned());
            }
        }
    }
    restate(account, &DATABASE, answer);
}

fn services(account: &Account, answer: &mut Answer) {
    let Ok(mut body) = serde_json::from_slice::<Json>(&answer.body) else { return };
    let found = match body.as_object_mut() {
        Some(body) => {
            body.iter_mut().filter(|(key, _)| matches!(key.as_str(), "service" | "services"))
        }
        None => return,
    };
    let found = found.flat_map(|(_, found)| match found {
        Json::Array(all) => all.iter_mut().collect(),
        one => vec![one],
    });
    for service in found {
        let name = service["serviceName"].as_str().unwrap_or_default();
        let thing = account.get(Kind::Service, &known_as(Kind::Service, name));
        match thing.and_then(|thing| thing.word("DRAINING")) {
            Some("DRAINING") => service["status"] = json!("DRAINING"),
            Some(word) => {
                service["runningCount"] = json!(0);
                if let Some(first) = service["deployments"].get_mut(0) {
                    first["rolloutState"] = json!(word);
                    first["runningCount"] = json!(0);
                }
            }
            None => {}
        }
    }
    answer.body = body.to_string().into();
}
