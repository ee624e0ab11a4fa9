//! The keys that a stack file may have, and those that differ between two files.

use std::collections::{BTreeMap, BTreeSet};

use nk_stack::{Source, read};
use toml::{Table, Value};

/// A key that no table has.
const STRANGE: &str = "qqqqqqqqqqqqqqqq";
/// The tables in which any name is a key.
const FREE: [&str; 4] = ["env", "environment", "parameters", "secrets"];

/// Every key that is allowed in one of the tables of this file, such as `database.storage.limit`:
/// the keys that nk itself lists when it finds one that it does not know. `NAME` stands for the
/// name of a service.
pub(super) fn known(text: &str) -> BTreeSet<String> {
    let mut table: Table = text.parse().expect("the stack file is TOML");
    estrange(&mut table);
    let text = table.to_string();
    let problems = read(&Source { name: "stack.toml".into(), text }, "dev");
    let problems = problems.expect_err("no table has that key");
    let mut keys = BTreeSet::new();
    for problem in problems.iter().filter(|problem| problem.message.contains(STRANGE)) {
        let (_, place) = problem.message.split_once(" is not a key of ").expect("it says of what");
        let offered = problem.help.and_then(|help| help.split_once("known keys: "));
        let (_, offered) = offered.expect("it says which there are");
        for key in offered.split(", ") {
            let key = key.trim_matches('`');
            keys.insert(match place.strip_prefix('`').and_then(|place| place.strip_suffix('`')) {
                Some(place) => named(&format!("{place}.{key}")),
                None => key.to_owned(),
            });
        }
    }
    // A table with keys is not a key itself.
    let all = keys.clone();
    keys.retain(|key| !all.iter().any(|other| other.starts_with(&format!("{key}."))));
    keys
}

/// The keys whose values differ between two files.
pub(super) fn changed<'a>(keys: &'a BTreeSet<String>, one: &str, other: &str) -> BTreeSet<&'a str> {
    let (one, other) = (values(one), values(other));
    let paths = one.keys().chain(other.keys()).filter(|path| one.get(*path) != other.get(*path));
    let paths: Vec<_> = paths.map(|path| named(path)).collect();
    let covers = |key: &&String, path: &String| {
        path.strip_prefix(key.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    keys.iter().filter(|key| paths.iter().any(|path| covers(key, path))).map(|key| &**key).collect()
}

fn estrange(table: &mut Table) {
    for (_, value) in table.iter_mut().filter(|(key, _)| !FREE.contains(&key.as_str())) {
        match value {
            Value::Table(inner) => estrange(inner),
            Value::Array(items) => {
                items.iter_mut().filter_map(Value::as_table_mut).for_each(estrange);
            }
            _ => {}
        }
    }
    table.insert(STRANGE.to_owned(), Value::Integer(1));
}

/// The path of a key with the name of the service replaced.
fn named(path: &str) -> String {
    let parts: Vec<_> = path.splitn(3, '.').collect();
    match parts.as_slice() {
        ["services", _, key] => format!("services.NAME.{key}"),
        _ => path.to_owned(),
    }
}

/// The contents of a file by the path of its keys; for a key in several tables, all values.
fn values(text: &str) -> BTreeMap<String, Vec<Value>> {
    let mut values = BTreeMap::new();
    let table = text.parse().expect("the stack file is TOML");
    flatten("", &Value::Table(table), &mut values);
    values
}

fn flatten(path: &str, value: &Value, values: &mut BTreeMap<String, Vec<Value>>) {
    match value {
        Value::Table(table) => {
            for (key, inner) in table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(&path, inner, values);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            for item in items {
                flatten(path, item, values);
            }
        }
        other => values.entry(path.to_owned()).or_default().push(other.clone()),
    }
}
