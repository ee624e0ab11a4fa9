//! Reads that lag behind: AWS does not show what was created a moment ago.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use hyper::body::Bytes;
use roxmltree::{Document, Node};
use serde_json::Value as Json;

use super::{Answer, Call, Refusal, Rule};

/// Hides new resources from every look for a while.
///
/// Nothing is known about the services except the form of their answers. An id in an answer to a
/// create that no earlier create has returned is new. An item of a list with a new id in the same
/// field is left out, and an answer about nothing else says that there is no such thing.
pub struct Stale {
    lag: Duration,
    /// When each id was first returned, and in which field.
    made: Mutex<HashMap<String, (String, Instant)>>,
}

impl Stale {
    /// How long new resources are hidden.
    pub fn by(lag: Duration) -> Self {
        Self { lag, made: Mutex::default() }
    }

    fn learn(&self, answer: &Answer) {
        let mut made = self.made.lock().expect("nothing panics while it holds this lock");
        for (field, id) in named(&answer.body) {
            made.entry(id).or_insert((field, Instant::now()));
        }
    }

    /// Whether this value of a field, or of a list without fields, is too new to be visible.
    fn hides(&self, field: Option<&str>, value: &str) -> bool {
        let made = self.made.lock().expect("nothing panics while it holds this lock");
        made.get(value).is_some_and(|(name, when)| {
            field.is_none_or(|field| field == name) && when.elapsed() < self.lag
        })
    }

    /// The document without the hidden items; none if it is about something hidden.
    fn without_hidden_xml(&self, text: &str) -> Option<String> {
        let document = Document::parse(text).ok()?;
        let hidden = document.descendants().filter(|node| {
            let value = node.text().map(str::trim).unwrap_or_default();
            node.is_element() && self.hides(Some(field(*node)), value)
        });
        let mut cuts = Vec::new();
        for node in hidden {
            cuts.push(node.ancestors().find(is_item)?.range());
        }
        cuts.sort_by_key(|cut| cut.start);
        let (mut left, mut at) = (String::new(), 0);
        for cut in cuts {
            // An item of a list may be inside a hidden item of another.
            left += text.get(at..cut.start).unwrap_or_default();
            at = at.max(cut.end);
        }
        Some(left + &text[at..])
    }

    /// Removes the hidden items from a value; returns whether it is hidden itself.
    fn hide_json(&self, field: Option<&str>, value: &mut Json) -> bool {
        match value {
            Json::String(text) => self.hides(field, text),
            Json::Array(items) => {
                items.retain_mut(|item| !self.hide_json(None, item));
                false
            }
            Json::Object(fields) => fields
                .iter_mut()
                .fold(false, |hidden, (name, value)| self.hide_json(Some(name), value) || hidden),
            _ => false,
        }
    }
}

impl Rule for Stale {
    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        let creates = ["Create", "Allocate", "Register"];
        if answer.status >= 300 || call.service == "ssm" {
            return Ok(answer);
        }
        if call.changes() {
            if creates.iter().any(|word| call.operation.starts_with(word)) {
                self.learn(&answer);
            }
            return Ok(answer);
        }
        let Ok(text) = std::str::from_utf8(&answer.body) else { return Ok(answer) };
        let shown = if text.starts_with('<') {
            self.without_hidden_xml(text)
        } else {
            let Ok(mut json) = serde_json::from_str(text) else { return Ok(answer) };
            (!self.hide_json(None, &mut json)).then(|| json.to_string())
        };
        match shown {
            Some(text) => Ok(Answer { body: Bytes::from(text), ..answer }),
            None => Err(no_such_thing(call)),
        }
    }
}

/// How the service of this call reports that something is missing.
fn no_such_thing(call: &Call) -> Refusal {
    match (call.service.as_str(), call.operation.as_str()) {
        ("ec2", _) => Refusal::new(400, "InvalidVpcID.NotFound", "The vpc ID does not exist"),
        ("iam", _) => Refusal::new(404, "NoSuchEntity", "The role cannot be found."),
        ("ecs", "DescribeTaskDefinition") => {
            Refusal::new(400, "ClientException", "Unable to describe task definition.")
        }
        _ => Refusal::new(400, "ResourceNotFoundException", "There is no such resource."),
    }
}

fn field<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

/// Whether an element is one of a list: EC2's are `item`, those of the query protocol `member` or
/// the singular of the list's name.
fn is_item(node: &Node<'_, '_>) -> bool {
    let of = node.parent().map(field).unwrap_or_default();
    let name = field(*node);
    ["item", "member"].contains(&name) || of.strip_suffix('s') == Some(name)
}

/// Every id in an answer with its field.
fn named(body: &Bytes) -> Vec<(String, String)> {
    let Ok(text) = std::str::from_utf8(body) else { return Vec::new() };
    let mut found = Vec::new();
    if let Ok(document) = Document::parse(text) {
        for node in document.descendants().filter(Node::is_element) {
            found.push((field(node).to_owned(), node.text().unwrap_or_default().trim().to_owned()));
        }
    } else if let Ok(json) = serde_json::from_str(text) {
        fields(&json, &mut found);
    }
    found.retain(|(_, value)| is_id(value));
    found
}

fn fields(value: &Json, found: &mut Vec<(String, String)>) {
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                if let Json::String(text) = member {
                    found.push((name.clone(), text.clone()));
                }
                fields(member, found);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| fields(item, found)),
        _ => {}
    }
}

/// Whether AWS assigns values like this: `vpc-0123456789abcdef0`, an ARN, a pool, a client.
fn is_id(text: &str) -> bool {
    let of = |text: &str, allowed: fn(&char) -> bool| text.chars().all(|c| allowed(&c));
    let hexadecimal = |text: &str| of(text, char::is_ascii_hexdigit);
    let random = |text: &str| of(text, char::is_ascii_alphanumeric);
    let assigned = text.rsplit_once('-').is_some_and(|(_, id)| id.len() >= 8 && hexadecimal(id));
    let pool = text
        .split_once('_')
        .is_some_and(|(region, id)| region.split('-').count() == 3 && id.len() >= 8 && random(id));
    assigned || pool || text.starts_with("arn:") || (text.len() == 26 && random(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer { status: 200, body: Bytes::from(body.to_owned()) }
    }

    fn shown(rule: &Stale, service: &str, operation: &str, body: &str) -> Result<String, String> {
        let call = Call { service: service.into(), operation: operation.into(), ..Call::default() };
        match rule.shown(&call, answer(body)) {
            Ok(answer) => Ok(String::from_utf8(answer.body.to_vec()).unwrap()),
            Err(refusal) => Err(refusal.code),
        }
    }

    const VPC: &str = "<a><vpc><vpcId>vpc-0000000000000001</vpcId></vpc></a>";
    const VPCS: &str = "<a><vpcSet><item><vpcId>vpc-0000000000000009</vpcId></item>\
                        <item><vpcId>vpc-0000000000000001</vpcId></item></vpcSet></a>";

    #[test]
    fn what_is_new_is_hidden_and_nothing_else() {
        let rule = Stale::by(Duration::from_mins(1));
        assert_eq!(shown(&rule, "ec2", "DescribeVpcs", VPCS).unwrap(), VPCS);
        assert_eq!(shown(&rule, "ec2", "CreateVpc", VPC).unwrap(), VPC);
        let seen = shown(&rule, "ec2", "DescribeVpcs", VPCS).unwrap();
        let rest = "<a><vpcSet><item><vpcId>vpc-0000000000000009</vpcId></item></vpcSet></a>";
        assert_eq!(seen, rest);
        let asked = "<a><vpcId>vpc-0000000000000001</vpcId><enableDnsSupport/></a>";
        let seen = shown(&rule, "ec2", "DescribeVpcAttribute", asked);
        assert_eq!(seen, Err("InvalidVpcID.NotFound".to_owned()));
        // Only the attachment is new; the gateway is not.
        let gateway = "<a><set><item><id>igw-1</id><set><item><vpcId>vpc-0000000000000001</vpcId>\
                       </item></set></item></set></a>";
        let seen = shown(&rule, "ec2", "DescribeInternetGateways", gateway).unwrap();
        assert_eq!(seen, "<a><set><item><id>igw-1</id><set></set></item></set></a>");
    }

    #[test]
    fn what_is_new_shows_after_a_while() {
        let rule = Stale::by(Duration::ZERO);
        shown(&rule, "ec2", "CreateVpc", VPC).unwrap();
        assert_eq!(shown(&rule, "ec2", "DescribeVpcs", VPCS).unwrap(), VPCS);
    }

    #[test]
    fn a_list_of_texts_and_an_answer_about_one_thing_lag_as_well() {
        let rule = Stale::by(Duration::from_mins(1));
        shown(&rule, "ecs", "CreateService", r#"{"service":{"serviceArn":"arn:new"}}"#).unwrap();
        let listed =
            shown(&rule, "ecs", "ListServices", r#"{"serviceArns":["arn:old","arn:new"]}"#);
        assert_eq!(listed.unwrap(), r#"{"serviceArns":["arn:old"]}"#);
        let described = r#"{"services":[{"serviceArn":"arn:new"},{"serviceArn":"arn:old"}]}"#;
        let seen = shown(&rule, "ecs", "DescribeServices", described).unwrap();
        assert_eq!(seen, r#"{"services":[{"serviceArn":"arn:old"}]}"#);
        let described = "<a><Role><Arn>arn:role</Arn></Role></a>";
        shown(&rule, "iam", "CreateRole", described).unwrap();
        assert_eq!(shown(&rule, "iam", "GetRole", described), Err("NoSuchEntity".to_owned()));
    }
}
