//! The contents of a request or an answer, in any protocol.

use roxmltree::{Document, Node};
use serde_json::Value as Json;

/// Pairs of a path and a value. Positions in lists are left out of the paths: all subnets of a load
/// balancer are `Subnets`, and all groups of a rule are `IpPermissions.Groups.GroupId`.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads XML, JSON or a form; anything else has no fields.
    pub(super) fn read(text: &str) -> Self {
        let mut fields = Vec::new();
        match text.trim_start().bytes().next() {
            Some(b'<') => {
                if let Ok(document) = Document::parse(text) {
                    elements(document.root_element(), "", &mut fields);
                }
            }
            Some(b'{') => {
                if let Ok(value) = serde_json::from_str(text) {
                    values(&value, "", &mut fields);
                }
            }
            _ => fields.extend(form(text).map(|(key, value)| (without_places(&key), value))),
        }
        Self(fields)
    }

    /// The values whose paths end like this.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |(path, _): &&(String, String)| is_named(path, name);
        self.0.iter().filter(named).map(|(_, value)| value.as_str())
    }

    /// The first value whose path ends like this.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(path, _)| is_named(path, name)).map(|(_, value)| value.as_str())
    }
}

fn is_named(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The pairs of a form, decoded.
pub(super) fn form(text: &str) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(text.as_bytes()).map(|(key, value)| (key.into(), value.into()))
}

/// The filters of an EC2 request: a name and the allowed values.
pub(super) fn filters(text: &str) -> Vec<(String, Vec<String>)> {
    let pairs: Vec<_> = form(text).filter(|(key, _)| key.starts_with("Filter.")).collect();
    let names = pairs.iter().filter_map(|(key, name)| Some((key.strip_suffix(".Name")?, name)));
    let filters = names.map(|(place, name)| {
        let values = pairs.iter().filter(|(key, _)| key.starts_with(&format!("{place}.Value")));
        (name.clone(), values.map(|(_, value)| value.clone()).collect())
    });
    filters.collect()
}

fn without_places(path: &str) -> String {
    let place = |part: &&str| *part == "member" || part.bytes().all(|byte| byte.is_ascii_digit());
    path.split('.').filter(|part| !place(part)).collect::<Vec<_>>().join(".")
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn elements(node: Node, path: &str, fields: &mut Vec<(String, String)>) {
    let mut leaf = true;
    for child in node.children().filter(Node::is_element) {
        leaf = false;
        let name = child.tag_name().name();
        let list = matches!(name, "item" | "member");
        let inner = if list { path.to_owned() } else { below(path, name) };
        elements(child, &inner, fields);
    }
    if leaf {
        fields.push((path.to_owned(), node.text().unwrap_or_default().to_owned()));
    }
}

fn values(value: &Json, path: &str, fields: &mut Vec<(String, String)>) {
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                values(member, &below(path, name), fields);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| values(item, path, fields)),
        Json::String(text) => fields.push((path.to_owned(), text.clone())),
        other => fields.push((path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_the_same_in_every_protocol() {
        for text in [
            "Action=A&Subnets.member.1=a%2F1&Subnets.member.2=b",
            r#"{"Subnets": ["a/1", "b"]}"#,
            r#"<R xmlns="urn:x"><Subnets><member>a/1</member><member>b</member></Subnets></R>"#,
        ] {
            let fields = Fields::read(text);
            assert_eq!(fields.all("Subnets").collect::<Vec<_>>(), ["a/1", "b"], "{text}");
            assert_eq!(fields.one("ubnets"), None, "{text}");
        }
    }

    #[test]
    fn filters_keep_their_values_together() {
        let text = "Filter.1.Name=vpc-id&Filter.1.Value.1=v&Filter.2.Name=group-id&Filter.2.Value.1=a\
                    &Filter.2.Value.2=b";
        let of = |name: &str, values: &[&str]| {
            (name.to_owned(), values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(filters(text), [of("vpc-id", &["v"]), of("group-id", &["a", "b"])]);
    }
}
