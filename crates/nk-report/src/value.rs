//! One value of a spec, for a person.

use nk_model::Json;

use crate::text::{shorten, tame, width};

/// The whole value on one line.
///
/// Text has no quotes where it is unambiguous; a reference to an output that is not known yet is
/// written as `@subnet.public-1.id`.
pub(crate) fn brief(value: &Json) -> String {
    match value {
        Json::Null => "(none)".to_owned(),
        Json::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Json::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").unwrap_or(&text).to_owned()
        }
        Json::String(text) => word(text),
        Json::Array(items) => format!("[{}]", list(items.iter().map(brief))),
        Json::Object(_) => {
            let mut pairs = Vec::new();
            flatten(String::new(), value, &mut pairs);
            if pairs.is_empty() {
                return "{}".to_owned();
            }
            list(pairs.into_iter().map(|(path, value)| format!("{path} {value}")))
        }
    }
}

/// The value in at most this many columns.
pub(crate) fn short(value: &Json, columns: usize) -> String {
    shorten(&brief(value), columns)
}

/// Two values that show their difference, each in about this many columns.
pub(crate) fn contrast(from: &Json, to: &Json, columns: usize) -> (String, String) {
    let (mut one, mut other) = (brief(from), brief(to));
    if one == other {
        // Only their types differ, such as `5` and `"5"`.
        (one, other) = (from.to_string(), to.to_string());
    }
    if width(&one) <= columns && width(&other) <= columns {
        return (one, other);
    }
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let skip = if shared > columns / 2 { shared - CONTEXT } else { 0 };
    (shorten(&from_char(&one, skip), columns), shorten(&from_char(&other, skip), columns))
}

/// How much of the common beginning of two long values is shown before their difference.
const CONTEXT: usize = 12;

fn from_char(text: &str, skip: usize) -> String {
    if skip == 0 {
        return text.to_owned();
    }
    let rest: String = text.chars().skip(skip).collect();
    format!("…{rest}")
}

/// Whether a value is not worth a line for a new resource.
pub(crate) fn says_nothing(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.values().all(says_nothing),
        Json::Bool(true) | Json::Number(_) => false,
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn flatten(path: String, value: &Json, pairs: &mut Vec<(String, String)>) {
    match value {
        // An empty value still counts: it may be the only thing that distinguishes one case from
        // another.
        Json::Object(fields) if !path.is_empty() && fields.values().all(Json::is_null) => {
            pairs.push((path, "{}".to_owned()));
        }
        Json::Object(fields) => {
            for (name, field) in fields.iter().filter(|(_, field)| !field.is_null()) {
                let name = tame(name);
                let below = if path.is_empty() { name } else { format!("{path}.{name}") };
                flatten(below, field, pairs);
            }
        }
        other => pairs.push((path, brief(other))),
    }
}

fn word(text: &str) -> String {
    if let Some(reference) = whole_reference(text) {
        return format!("@{reference}");
    }
    let ambiguous = text.is_empty()
        || text.trim() != text
        || text.contains(" -> ")
        || text.starts_with('"')
        || text.chars().any(char::is_control);
    if ambiguous { format!("\"{}\"", tame(text)) } else { text.to_owned() }
}

fn whole_reference(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("@{")?.strip_suffix('}')?;
    (!inner.contains(['{', '}'])).then_some(inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_read_like_what_they_mean() {
        let rule = json!({"protocol": "tcp", "ports": "80", "peer": {"cidr": "0.0.0.0/0"}});
        assert_eq!(brief(&rule), "peer.cidr 0.0.0.0/0, ports 80, protocol tcp");
        assert_eq!(brief(&json!("@{vpc.main.id}")), "@vpc.main.id");
        assert_eq!(brief(&json!("@{repository.a.uri}:v3")), "@{repository.a.uri}:v3");
        assert_eq!(brief(&json!([80.0, 0.5])), "[80, 0.5]");
        assert_eq!(brief(&json!("")), "\"\"");
        assert_eq!(brief(&json!("a\nb")), "\"a\\nb\"");
        assert_eq!(brief(&json!({"fixed": {}, "port": 80})), "fixed {}, port 80");
        assert_eq!(brief(&json!({"port": null})), "{}");
    }

    #[test]
    fn long_values_are_shown_where_they_part() {
        let (from, to) = (json!("x".repeat(90) + "one"), json!("x".repeat(90) + "other"));
        let (from, to) = contrast(&from, &to, 40);
        assert_eq!((from.as_str(), to.as_str()), ("…xxxxxxxxxxxone", "…xxxxxxxxxxxother"));
        let numbers = contrast(&json!(5), &json!("5"), 40);
        assert_eq!(numbers, ("5".to_owned(), "\"5\"".to_owned()));
    }
}
