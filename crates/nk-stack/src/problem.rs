//! The mistakes in a stack file: all at once, each with its place.

use std::{fmt, ops::Range, sync::Arc};

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use serde::Serialize;

/// A part of the text of a stack file, in bytes.
pub type Span = Range<usize>;

/// A stack file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name in messages: the path.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// One mistake in a stack file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// A few words for the marked text.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    pub(crate) fn new(span: &Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        let (message, label) = (message.into(), label.into());
        Self { message, span: span.clone(), label, help: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_primary_with_span(Some(self.label.clone()), self.span.clone());
        Some(Box::new([label].into_iter()))
    }
}

/// All mistakes in a stack file, in the order of the text.
#[derive(Debug, Clone)]
pub struct Problems {
    source: Arc<NamedSource<String>>,
    all: Vec<Problem>,
}

/// A mistake, with its place as a person counts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Located<'a> {
    /// The stack file.
    pub file: &'a str,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The first byte of the marked text.
    pub offset: usize,
    /// The number of marked bytes.
    pub length: usize,
    /// What is wrong.
    pub message: &'a str,
    /// A few words about the marked text.
    pub label: &'a str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<&'a str>,
}

impl Problems {
    /// Sorts the mistakes by their place in the text, and removes those that were found more than
    /// once because several environments share them.
    pub(crate) fn new(name: &str, text: &str, mut all: Vec<Problem>) -> Self {
        for problem in &mut all {
            problem.span = within(text, &problem.span);
        }
        all.sort_by(|a, b| (a.span.start, &a.message).cmp(&(b.span.start, &b.message)));
        all.dedup_by(|a, b| (&a.span, &a.message) == (&b.span, &b.message));
        Self { source: Arc::new(NamedSource::new(name, text.to_owned())), all }
    }

    /// The mistakes, each with line and column.
    pub fn iter(&self) -> impl Iterator<Item = Located<'_>> {
        self.all.iter().map(|problem| {
            let before = &self.source.inner()[..problem.span.start];
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            Located {
                file: self.source.name(),
                line: before.matches('\n').count() + 1,
                column: before[line_start..].chars().count() + 1,
                offset: problem.span.start,
                length: problem.span.len(),
                message: &problem.message,
                label: &problem.label,
                help: problem.help.as_deref(),
            }
        })
    }

    /// How many there are; never zero.
    pub fn count(&self) -> usize {
        self.all.len()
    }
}

/// The span, moved to the nearest character boundaries of the text.
fn within(text: &str, span: &Span) -> Span {
    let start = text.floor_char_boundary(span.start);
    start..text.ceil_char_boundary(span.end.min(text.len())).max(start)
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.all.len() == 1 { "mistake" } else { "mistakes" };
        write!(f, "{} {plural} in `{}`", self.all.len(), self.source.name())
    }
}

impl std::error::Error for Problems {}

impl Diagnostic for Problems {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.source)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.all.iter().map(|problem| problem as &dyn Diagnostic)))
    }
}
