//! A stack file as a tree of values that know where they stand, and one tree laid over another.

use std::collections::BTreeMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    block::{Block, blocks, head, mistake},
    gap::Gaps,
    problem::{Problem, Span},
};

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
    /// What is missing of it for that.
    pub(crate) gaps: Gaps,
}

/// Reads the text of a stack file: of one that is no TOML throughout those blocks that are.
pub(crate) fn parse(text: &str) -> Reading {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let table = convert_table(table.get_ref());
        return Reading { table, mistakes: Vec::new(), gaps: Gaps::default() };
    }
    let mut rest = Rest { text: text.to_owned(), mistakes: Vec::new(), gaps: Gaps::default() };
    let blocks = blocks(text);
    for block in blocks.iter().filter(|block| block.ambiguous || !block.mistakes.is_empty()) {
        rest.mistakes.extend(block.mistakes.iter().cloned());
        rest.gaps.add(head(text, block), &text[block.span.clone()]);
        rest.blank(&block.span);
    }
    let table = rest.without_seconds(text, &blocks);
    if rest.mistakes.is_empty() {
        // Only what might be the text of a string stood in the way.
        rest.mistakes.extend(errors.first().map(|error| mistake(error, 0)));
    }
    Reading { table, mistakes: rest.mistakes, gaps: rest.gaps }
}

/// What is left of a text without those blocks that are no TOML.
struct Rest {
    /// The text with blanks in their place, so that all else stands where it did.
    text: String,
    mistakes: Vec<Problem>,
    gaps: Gaps,
}

impl Rest {
    fn blank(&mut self, span: &Span) {
        let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
        let blanks: String = self.text[span.clone()].bytes().map(blank).collect();
        self.text.replace_range(span.clone(), &blanks);
    }

    /// The table that is left when each block is blanked, too, that says again what one before it
    /// says: by themselves both are TOML.
    fn without_seconds(&mut self, text: &str, blocks: &[Block]) -> Table {
        loop {
            let (table, errors) = DeTable::parse_recoverable(&self.text);
            let first = errors.iter().map(|error| mistake(error, 0));
            let Some(first) = first.min_by_key(|mistake| mistake.span.start) else {
                return convert_table(table.get_ref());
            };
            let is_there = |block: &&Block| block.span.contains(&first.span.start);
            let Some(block) = blocks.iter().find(is_there) else { return self.nothing(first) };
            if self.text[block.span.clone()].trim().is_empty() {
                return self.nothing(first);
            }
            self.mistakes.push(first);
            self.gaps.add_second(head(text, block), &text[block.span.clone()]);
            self.blank(&block.span);
        }
    }

    /// What is left where the blocks do not account for a mistake.
    fn nothing(&mut self, mistake: Problem) -> Table {
        self.mistakes.push(mistake);
        self.gaps.add_anything();
        Table::new()
    }
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
