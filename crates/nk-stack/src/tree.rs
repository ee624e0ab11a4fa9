//! A stack file as a tree of values that know where they stand, and one tree laid over another.

use std::collections::{BTreeMap, BTreeSet};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::problem::{Problem, Span};

/// A table of a stack file.
pub(crate) type Table = BTreeMap<String, Node>;

/// A value, with the place of its key and its own.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where its key stands; in a list, where the value itself does.
    pub(crate) key: Span,
    /// Where the value stands.
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(Table),
    /// What no key takes: a date, or a number that no computer word holds.
    Other(&'static str),
}

impl Node {
    /// What the value is, for a message.
    pub(crate) fn what(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "text",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other(what) => what,
        }
    }

    /// The table it is, if it is one.
    pub(crate) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }
}

/// What can be read of the text of a stack file.
pub(crate) struct Reading {
    pub(crate) table: Table,
    /// Where it is not TOML.
    pub(crate) mistakes: Vec<Problem>,
    /// The sections in which it is not: what stands there is anybody's guess. None where the
    /// mistakes may have changed what stands elsewhere.
    pub(crate) damaged: Option<BTreeSet<String>>,
}

/// Reads the text of a stack file.
pub(crate) fn parse(text: &str) -> Reading {
    let (table, errors) = DeTable::parse_recoverable(text);
    // Behind a bracket that stays open everything is misread.
    let misread = errors.iter().any(|error| error.message().starts_with("unclosed"));
    let problem = |error: toml::de::Error| {
        let span = error.span().unwrap_or(0..0);
        Problem::new(&span, format!("not TOML: {}", error.message()), "here")
    };
    let mut mistakes: Vec<_> = errors.into_iter().map(problem).collect();
    mistakes.sort_by_key(|problem| problem.span.start);
    mistakes.truncate(if misread { 1 } else { mistakes.len() });
    let sections = mistakes.iter().map(|mistake| section_around(text, mistake.span.start));
    let damaged = if misread { None } else { sections.collect() };
    Reading { table: convert_table(table.get_ref()), mistakes, damaged }
}

/// The section that a place in the text belongs to. None for what stands in no section or in all, and
/// for the head of one.
fn section_around(text: &str, place: usize) -> Option<String> {
    let place = text.floor_char_boundary(place.min(text.len()));
    let end = text[place..].find('\n').map_or(text.len(), |length| place + length);
    let is_head = |line: &&str| line.trim_start().starts_with('[');
    let mut lines = text[..end].lines().rev();
    if lines.next().as_ref().is_some_and(is_head) {
        return None;
    }
    let head = lines.find(is_head)?.trim().trim_matches(['[', ']']);
    let name = head.split('.').next().unwrap_or(head).trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!name.is_empty() && name != "env" && name.chars().all(plain)).then(|| name.to_owned())
}

fn convert_table(table: &DeTable<'_>) -> Table {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        (name.to_string(), convert(key.span(), value))
    };
    table.iter().map(entry).collect()
}

fn convert(key: Span, value: &Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("a number too large"), Value::Integer),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map_or(Value::Other("not a finite number"), Value::Float),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| convert(item.span(), item)).collect())
        }
        DeValue::Table(table) => Value::Table(convert_table(table)),
    };
    Node { key, span, value }
}

/// Lays `over` on `base`: tables are merged, anything else is replaced.
pub(crate) fn overlay(base: &mut Table, over: &Table) {
    for (name, node) in over {
        match (base.get_mut(name).map(|under| &mut under.value), &node.value) {
            (Some(Value::Table(under)), Value::Table(table)) => overlay(under, table),
            _ => {
                base.insert(name.clone(), node.clone());
            }
        }
    }
}
