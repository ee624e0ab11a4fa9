//! A stack file as a tree of values with their places, and the overlay of one tree on another.

use std::collections::BTreeMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue, Error},
};

use crate::problem::{Problem, Span};

/// A table of a stack file.
pub(crate) type Table = BTreeMap<String, Node>;

/// A value, with the place of its key and its own place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// The place of its key; in a list, the place of the value itself.
    pub(crate) key: Span,
    /// The place of the value.
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
    /// What no key accepts: a date, or a number that does not fit into a machine word.
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

    /// The table, if it is one.
    pub(crate) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }
}

/// Reads the text of a stack file.
///
/// # Errors
///
/// The mistakes of TOML in the order of the text: only the first of each line, because the parser
/// stumbles over the rest.
pub(crate) fn parse(text: &str) -> Result<Table, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut mistakes: Vec<_> = errors.iter().map(mistake).collect();
    mistakes.sort_by_key(|mistake| mistake.span.start);
    mistakes.dedup_by_key(|mistake| line_start(text, mistake.span.start));
    // After a bracket that is not closed, every line seems to lack something at its beginning.
    let lacks = |mistake: &Problem| {
        let Span { start, end } = mistake.span;
        start == end && text[line_start(text, start)..end].trim().is_empty()
    };
    mistakes.dedup_by(|next, before| lacks(next) && lacks(before));
    if mistakes.is_empty() { Ok(convert_table(table.get_ref())) } else { Err(mistakes) }
}

fn mistake(error: &Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    Problem::new(&span, format!("invalid TOML: {}", error.message()), "here")
}

/// The beginning of the line that contains a place.
fn line_start(text: &str, place: usize) -> usize {
    text[..text.floor_char_boundary(place)].rfind('\n').map_or(0, |at| at + 1)
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

/// Overlays `over` on `base`: tables are merged, anything else is replaced.
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
