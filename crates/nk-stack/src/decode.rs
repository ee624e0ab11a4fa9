//! Reads typed values from a table; every mistake is recorded, and none stops the reading.

use std::{fmt::Display, ops::RangeInclusive};

use crate::{
    problem::{Problem, Span},
    tree::{Node, Table, Value},
};

/// A value and its place in the stack file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At<T> {
    /// The value.
    pub(crate) value: T,
    /// The place; for a default, the place where it could be set.
    pub(crate) span: Span,
}

impl<T> At<T> {
    pub(crate) fn new(value: T, span: &Span) -> Self {
        Self { value, span: span.clone() }
    }
}

/// What can be read from one value of a stack file.
pub(crate) trait Decode: Sized {
    /// What such a value looks like, to be read after "must be".
    fn expected() -> String;

    /// The value, or none if it is of the wrong type or spelling.
    fn decode(node: &Node) -> Option<Self>;

    /// Advice for a value that is not valid.
    fn hint(_: &Node) -> Option<String> {
        None
    }
}

/// A value that is one of a few words.
pub(crate) trait Word: Copy + 'static {
    /// The words and what they mean.
    const WORDS: &'static [(&'static str, Self)];
}

impl<T: Word> Decode for T {
    fn expected() -> String {
        let words: Vec<_> = T::WORDS.iter().map(|(word, _)| format!("`\"{word}\"`")).collect();
        match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
            None => String::new(),
        }
    }

    fn decode(node: &Node) -> Option<Self> {
        let Value::Text(text) = &node.value else { return None };
        T::WORDS.iter().find(|(word, _)| word == text).map(|(_, meaning)| *meaning)
    }

    fn hint(node: &Node) -> Option<String> {
        let Value::Text(text) = &node.value else { return None };
        nearest(text, T::WORDS.iter().map(|(word, _)| *word))
            .map(|word| format!("did you mean `\"{word}\"`?"))
    }
}

/// The known word that a misspelt one probably stands for.
pub(crate) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::normalized_damerau_levenshtein(&text, &word.to_lowercase()), word))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

/// The words in backticks, separated by commas.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// Advice for an unknown word: the nearest known one, and the list of all.
pub(crate) fn advice<'a>(
    text: &str,
    what: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    let all = listed(known.clone());
    let all =
        if all.is_empty() { format!("there are no {what}") } else { format!("{what}: {all}") };
    match nearest(text, known) {
        Some(word) => format!("did you mean `{word}`? {all}"),
        None => all,
    }
}

/// A table that is being read, key by key.
///
/// Every key that is asked for is known, and [`Fields::finish`] reports the others. The list of
/// known keys is therefore the code that reads them.
pub(crate) struct Fields<'t, 'p> {
    /// The dotted name of the table; empty for the whole file.
    path: String,
    /// The place of the table's header.
    pub(crate) span: Span,
    table: &'t Table,
    known: Vec<&'static str>,
    /// Whether it contains tables under names that the stack file chooses.
    has_tables: bool,
    pub(crate) problems: &'p mut Vec<Problem>,
}

impl<'t, 'p> Fields<'t, 'p> {
    pub(crate) fn new(
        path: impl Into<String>,
        span: &Span,
        table: &'t Table,
        problems: &'p mut Vec<Problem>,
    ) -> Self {
        Self {
            path: path.into(),
            span: span.clone(),
            table,
            known: Vec::new(),
            has_tables: false,
            problems,
        }
    }

    /// Records a mistake.
    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The dotted name of a key of this table.
    pub(crate) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The value of a key, of any type.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<&'t Node> {
        self.known.push(key);
        self.table.get(key).filter(|node| !self.is_chosen(node))
    }

    /// Whether a value has a name that the stack file chooses.
    fn is_chosen(&self, node: &Node) -> bool {
        self.has_tables && node.table().is_some()
    }

    /// The value of a key that is optional.
    pub(crate) fn optional<T: Decode>(&mut self, key: &'static str) -> Option<At<T>> {
        let node = self.take(key)?;
        let name = self.name(key);
        decode(node, &name, self.problems)
    }

    /// The value of a key, or the default, whose place is the table's header.
    pub(crate) fn or<T: Decode>(&mut self, key: &'static str, default: T) -> At<T> {
        self.optional(key).unwrap_or_else(|| At::new(default, &self.span))
    }

    /// The value of a key that is required.
    pub(crate) fn required<T: Decode>(&mut self, key: &'static str) -> Option<At<T>> {
        if self.lacks(key) {
            self.missing(key, &T::expected());
        }
        self.optional(key)
    }

    /// Whether a key is missing.
    pub(crate) fn lacks(&self, key: &str) -> bool {
        !self.table.contains_key(key)
    }

    /// Reports that a key is missing.
    pub(crate) fn missing(&mut self, key: &str, expected: &str) {
        let name = self.name(key);
        let problem = Problem::new(
            &self.span,
            format!("`{name}` is missing"),
            "missing in this \
                                                                                table",
        );
        self.report(problem.help(format!("it must be {expected}")));
    }

    /// A list of values, without those that are not valid.
    pub(crate) fn list<T: Decode>(&mut self, key: &'static str) -> Option<Vec<At<T>>> {
        let node = self.take(key)?;
        let name = self.name(key);
        let Value::List(items) = &node.value else {
            self.wrong_type(key, node, "a list");
            return None;
        };
        Some(items.iter().filter_map(|item| decode(item, &name, self.problems)).collect())
    }

    /// One value or a list of them.
    pub(crate) fn one_or_more<T: Decode>(&mut self, key: &'static str) -> Option<Vec<At<T>>> {
        match self.table.get(key).map(|node| &node.value) {
            Some(Value::List(_)) => self.list(key),
            _ => self.optional(key).map(|one| vec![one]),
        }
    }

    /// The table that is the value of a key.
    pub(crate) fn section(&mut self, key: &'static str) -> Option<Fields<'t, '_>> {
        let node = self.take(key)?;
        let Some(table) = node.table() else {
            self.wrong_type(key, node, "a table");
            return None;
        };
        Some(Fields::new(self.name(key), &node.key, table, self.problems))
    }

    /// A table of texts under names that the stack file chooses.
    pub(crate) fn texts_in(&mut self, key: &'static str) -> Vec<(At<String>, At<String>)> {
        self.section(key).map(|mut section| section.texts()).unwrap_or_default()
    }

    /// All values of this table, which are texts under names that the stack file chooses.
    pub(crate) fn texts(&mut self) -> Vec<(At<String>, At<String>)> {
        let mut found = Vec::new();
        for (key, node) in self.table {
            if let Some(text) = decode(node, &self.name(key), self.problems) {
                found.push((At::new(key.clone(), &node.key), text));
            }
        }
        found
    }

    /// The tables in this one, under names that the stack file chooses, in the order of the file.
    /// Everything that is read from it afterwards is not a table.
    pub(crate) fn tables(&mut self) -> Vec<(&'t String, &'t Node)> {
        self.has_tables = true;
        let mut tables: Vec<_> =
            self.table.iter().filter(|(_, node)| node.table().is_some()).collect();
        tables.sort_by_key(|(_, node)| node.key.start);
        tables
    }

    /// One of these tables.
    pub(crate) fn below(&mut self, name: &str, node: &'t Node) -> Option<Fields<'t, '_>> {
        Some(Fields::new(self.name(name), &node.key, node.table()?, self.problems))
    }

    /// Reports a value of the wrong type.
    pub(crate) fn wrong_type(&mut self, key: &str, node: &Node, expected: &str) {
        let name = self.name(key);
        self.report(wrong(node, &name, expected));
    }

    /// The value, if it is in the range; otherwise it is reported.
    pub(crate) fn within<T: PartialOrd + Display>(
        &mut self,
        key: &str,
        value: Option<At<T>>,
        range: &RangeInclusive<T>,
    ) -> Option<At<T>> {
        let value = value?;
        if range.contains(&value.value) {
            return Some(value);
        }
        let message = format!("`{}` cannot be {}", self.name(key), value.value);
        let label = format!("must be {} to {}", range.start(), range.end());
        self.report(Problem::new(&value.span, message, label));
        None
    }

    /// Reports the keys that were not asked for.
    pub(crate) fn finish(mut self) {
        let is_known = |key: &str, node| self.known.contains(&key) || self.is_chosen(node);
        let unknown: Vec<_> =
            self.table.iter().filter(|(key, node)| !is_known(key, node)).collect();
        for (key, node) in unknown {
            let place = if self.path.is_empty() {
                "the stack file".to_owned()
            } else {
                format!("`{}`", self.path)
            };
            let message = format!("unknown key `{key}` in {place}");
            let help = advice(key, "known keys", self.known.iter().copied());
            self.report(Problem::new(&node.key, message, "unknown key").help(help));
        }
    }
}

fn wrong(node: &Node, name: &str, expected: &str) -> Problem {
    let message = format!("`{name}` must be {expected}");
    let label = match &node.value {
        Value::Text(text) => format!("found `{text}`"),
        _ => format!("found {}", node.what()),
    };
    Problem::new(&node.span, message, label)
}

/// Reads one value; a value that is not valid is reported and left out.
pub(crate) fn decode<T: Decode>(
    node: &Node,
    name: &str,
    problems: &mut Vec<Problem>,
) -> Option<At<T>> {
    if let Some(value) = T::decode(node) {
        return Some(At::new(value, &node.span));
    }
    let problem = wrong(node, name, &T::expected());
    problems.push(match T::hint(node) {
        Some(hint) => problem.help(hint),
        None => problem,
    });
    None
}
