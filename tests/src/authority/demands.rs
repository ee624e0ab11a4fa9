//! What IAM requires before AWS carries out a request, from the table in `actions.txt` and the
//! files of the kinds.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use super::{parameters::Parameters, policy::Demand};
use crate::{kinds::kinds, proxy::Call};

const TABLE: &str = include_str!("actions.txt");
/// The account of the emulators.
const PLACE: &str = "ap-northeast-1:123456789012";
/// The tag that shows to whom something belongs.
const TAG: &str = "nk:stack";

/// The service of a call, as in the names of actions.
fn prefix(call: &Call) -> &str {
    match call.service.as_str() {
        "monitoring" => "cloudwatch",
        "tagging" => "tag",
        service => service,
    }
}

/// What IAM requires before a call is carried out, if everything that exists has the tag of
/// `owner`; none for an operation that is not in the table.
pub(super) fn demands(call: &Call, owner: &str) -> Option<Vec<Demand>> {
    let operation = format!("{}:{}", prefix(call), call.operation);
    let lines = table().remove(&*operation)?;
    let parameters = Parameters::of(call);
    Some(lines.iter().flat_map(|line| demanded(&operation, line, &parameters, owner)).collect())
}

/// The contents of the table and of the files of the kinds, by operation.
///
/// # Panics
///
/// If two of them contain the same operation.
fn table() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut table = BTreeMap::new();
    for data in kinds().values() {
        for (operation, demands) in &data.demands {
            let demands = demands.iter().map(|demand| &**demand).collect();
            assert!(table.insert(&**operation, demands).is_none(), "{operation} stands twice");
        }
    }
    let mut lines = TABLE.lines().filter(|line| !line.starts_with('#')).peekable();
    while let Some(operation) = lines.next() {
        let demands = iter::from_fn(|| lines.next_if(|line| line.starts_with(' '))).collect();
        if !operation.is_empty() {
            assert!(table.insert(operation, demands).is_none(), "{operation} stands twice");
        }
    }
    table
}

/// The operations of the table that change something, as a proxy names them.
pub fn changing_operations() -> BTreeSet<String> {
    let calls = table().into_keys().filter_map(|name| {
        let (prefix, operation) = name.split_once(':')?;
        let service = if prefix == "cloudwatch" { "monitoring" } else { prefix };
        Some(Call {
            service: service.to_owned(),
            operation: operation.to_owned(),
            ..Call::default()
        })
    });
    calls.filter(Call::changes).map(|call| call.name()).collect()
}

fn demanded(operation: &str, line: &str, parameters: &Parameters, owner: &str) -> Vec<Demand> {
    let mut words = line.split_whitespace();
    let action = words.next().filter(|word| *word != "=").unwrap_or(operation).to_owned();
    let template = words.next().expect("a demand has a resource");
    let mut context = BTreeMap::new();
    let mut exists = template != "*";
    for word in words {
        match (word, word.split_once('=')) {
            ("new", _) => exists = false,
            ("tags", _) if !parameters.tags() => return Vec::new(),
            ("tags", _) => {}
            (asked, _) if asked.starts_with('?') => {
                if parameters.get(&asked[1..]).is_none() {
                    return Vec::new();
                }
            }
            (_, Some((key, value))) => {
                let value = filled(value, parameters).into_iter().next().unwrap_or_default();
                context.insert(key.to_owned(), value);
            }
            (other, None) => panic!("what is {other}?"),
        }
    }
    if let Some(value) = parameters.tag(TAG) {
        context.insert(format!("aws:RequestTag/{TAG}"), value.to_owned());
    }
    if exists {
        context.insert(format!("aws:ResourceTag/{TAG}"), owner.to_owned());
    }
    let resources = filled(template, parameters).into_iter();
    resources
        .map(|resource| Demand {
            resource: arn(&action, &resource),
            action: action.clone(),
            context: context.clone(),
        })
        .collect()
}

/// A template with the request's parameters in it, once for each of several.
fn filled(template: &str, parameters: &Parameters) -> Vec<String> {
    let Some((start, rest)) = template.split_once('{') else { return vec![template.to_owned()] };
    let (name, end) = rest.split_once('}').expect("a parameter ends");
    let (path, form) = name.split_once(':').unwrap_or((name, ""));
    let values = parameters.all(path);
    assert!(!values.is_empty(), "the request has no {path}");
    let form = |value: &str| match form {
        "name" => value.rsplit('/').next().unwrap_or(value).to_owned(),
        "rest" => value.split_once('/').map_or(value, |(_, rest)| rest).to_owned(),
        "ec2" => format!("{}/{value}", ec2_type(value)),
        _ => value.to_owned(),
    };
    let each = values.into_iter().flat_map(|value| {
        // An id may be an ARN, which is then the whole resource.
        let value = form(value);
        let text = if value.starts_with("arn:") { value } else { format!("{start}{value}") };
        filled(end, parameters)
            .into_iter()
            .map(move |end| if end.starts_with("arn:") { end } else { format!("{text}{end}") })
    });
    each.collect()
}

fn arn(action: &str, resource: &str) -> String {
    let service = action.split(':').next().unwrap_or_default();
    let account = PLACE.split(':').nth(1).unwrap_or_default();
    match resource {
        "*" => "*".to_owned(),
        arn if arn.starts_with("arn:") => arn.to_owned(),
        rest if service == "iam" || rest.starts_with("dashboard/") => {
            format!("arn:aws:{service}::{account}:{rest}")
        }
        rest => format!("arn:aws:{service}:{PLACE}:{rest}"),
    }
}

/// The type of what has this id.
fn ec2_type(id: &str) -> &'static str {
    let mut types = kinds().values().flat_map(|data| &data.ids);
    let found = types.find(|(start, _)| id.starts_with(&***start));
    found.unwrap_or_else(|| panic!("what is {id}?")).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_stands_in_one_place() {
        let table = table();
        assert_eq!(table["ec2:DescribeVpcs"], ["= *"]);
        assert_eq!(table["ssm:PutParameter"].len(), 2);
        assert!(table.values().flatten().all(|line| line.split_whitespace().count() > 1));
        assert!(changing_operations().contains("monitoring:PutDashboard"));
        assert!(!changing_operations().contains("ec2:DescribeVpcs"));
    }
}
