//! The resources that a stack file describes, in TOML notation.

use nk_model::{Desired, Json, Resource};

use crate::{
    note::notes_text,
    styles::{Styles, paint},
    text::{count, pad, width},
};

/// The width beyond which a list or table is broken up.
const COLUMNS: usize = 80;

/// Every resource with its address and its fields, and the notes, whose commands have these flags.
/// Everything except the notes is TOML.
pub fn show_text(desired: &Desired, styles: &Styles, flags: &str) -> String {
    let mut text = String::new();
    for (address, resource) in &desired.resources {
        text.push_str(&paint(styles.address, format_args!("[{address}]")));
        text.push('\n');
        text.push_str(&fields(resource, styles));
        text.push('\n');
    }
    let total = count(desired.resources.len(), "resource");
    text.push_str(&paint(styles.heading, format_args!("# {}: {total}.", desired.stack)));
    text.push('\n');
    for line in notes_text(&desired.notes, styles, flags).lines() {
        text.push_str(format!("# {line}").trim_end());
        text.push('\n');
    }
    text
}

fn fields(resource: &Resource, styles: &Styles) -> String {
    let mut pairs = Vec::new();
    for (name, value) in resource.spec.as_object().into_iter().flatten() {
        collect(key(name), value, &mut pairs);
    }
    let column = pairs.iter().map(|(path, _)| width(path)).max().unwrap_or(0);
    let mut text = String::new();
    for (path, value) in &pairs {
        let line = match value {
            Some(value) => format!("{} = {value}\n", pad(path, column)),
            None => paint(styles.faint, format_args!("# {path} is chosen by AWS")) + "\n",
        };
        text.push_str(&line);
    }
    if !resource.after.is_empty() {
        let after: Vec<_> = resource.after.iter().map(|address| format!("`{address}`")).collect();
        let after = format!("# created after {}", after.join(", "));
        text.push_str(&paint(styles.faint, after));
        text.push('\n');
    }
    text
}

/// The lines of one field; long tables become dotted keys.
fn collect(path: String, value: &Json, pairs: &mut Vec<(String, Option<String>)>) {
    match value {
        Json::Null => pairs.push((path, None)),
        Json::Object(fields) if width(&inline(value)) > COLUMNS => {
            for (name, field) in fields {
                collect(format!("{path}.{}", key(name)), field, pairs);
            }
        }
        Json::Array(items) if width(&inline(value)) > COLUMNS => {
            let lines: Vec<_> = items.iter().map(|item| format!("  {},\n", inline(item))).collect();
            pairs.push((path, Some(format!("[\n{}]", lines.concat()))));
        }
        _ => pairs.push((path, Some(inline(value)))),
    }
}

fn inline(value: &Json) -> String {
    match value {
        Json::Object(fields) => {
            let set = fields.iter().filter(|(_, field)| !field.is_null());
            let pairs: Vec<_> =
                set.map(|(name, field)| format!("{} = {}", key(name), inline(field))).collect();
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
        Json::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        // Text in JSON is text in TOML, except for this one character.
        Json::String(_) => value.to_string().replace('\u{7f}', "\\u007F"),
        // TOML has no null, but a list may contain one.
        Json::Null => "\"\"".to_owned(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}

fn key(name: &str) -> String {
    let bare =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { inline(&Json::String(name.to_owned())) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use nk_model::{Address, Note, Settle, StackId};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_shown_is_toml() {
        let spec = json!({
            "name": "neuraKnot-dev-alb-sg",
            "description": "東京の\n\u{7f}ロードバランサー",
            "final-snapshot": null,
            "vpc": "@{vpc.main.id}",
            "ingress": [
                {"protocol": "tcp", "ports": "80", "peer": {"cidr": "0.0.0.0/0"}},
                {"protocol": "tcp", "ports": null, "peer": {"cidr": "10.0.0.0/16"}},
            ],
            "protected": true,
            "tags": {
                "Name": "neuraKnot-dev-alb-sg", "nk:address": "security-group.alb",
                "nk:stack": "neuraKnot-dev", "Project": "neuraKnot",
            },
        });
        let resource = Resource { spec, after: vec![Address::new("route-table", "public")] };
        let desired = Desired {
            stack: StackId { project: "neuraKnot".into(), environment: "dev".into() },
            resources: BTreeMap::from([(Address::new("security-group", "alb"), resource)]),
            notes: vec![Note {
                about: "service.worker".into(),
                text: "nobody routes to it or calls it".into(),
                settle: Some(Settle::Key("services.worker.route".into())),
            }],
            farewell: BTreeMap::new(),
        };
        let text = show_text(&desired, &Styles::default(), "");
        insta::assert_snapshot!(text, @r#"
        [security-group.alb]
        description       = "東京の\n\u007Fロードバランサー"
        # final-snapshot is left to AWS
        ingress           = [
          { peer = { cidr = "0.0.0.0/0" }, ports = "80", protocol = "tcp" },
          { peer = { cidr = "10.0.0.0/16" }, protocol = "tcp" },
        ]
        name              = "neuraKnot-dev-alb-sg"
        protected         = true
        tags.Name         = "neuraKnot-dev-alb-sg"
        tags.Project      = "neuraKnot"
        tags."nk:address" = "security-group.alb"
        tags."nk:stack"   = "neuraKnot-dev"
        vpc               = "@{vpc.main.id}"
        # after `route-table.public`

        # neuraKnot-dev: 1 resource.
        #
        # Worth a second look:
        #   service.worker  nobody routes to it or calls it
        #                   the key for it: `services.worker.route`
        "#);
        toml::from_str::<toml::Table>(&text).unwrap();
    }
}
