//! What may be said of a stack file of which something is missing: nothing that the whole file would
//! not have said of it, too.

use crate::{
    gap::Gaps,
    problem::{Problem, Span},
    tree::{Node, Table, Value},
};

/// What is not known of a part of a stack file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Nothing.
    None,
    /// More of it may be missing; what is there holds.
    More,
    /// What is there may be overridden.
    Other,
}

/// Lets those problems through that hold whatever is missing of the file.
pub(crate) struct Sieve<'a> {
    gaps: &'a Gaps,
    environment: &'a str,
    /// What the environment lays over the file.
    overlay: Option<&'a Table>,
    /// How many problems have passed.
    passed: usize,
}

impl<'a> Sieve<'a> {
    /// A sieve for what is found from now on.
    pub(crate) fn new(
        gaps: &'a Gaps,
        environment: &'a str,
        overlay: Option<&'a Table>,
        problems: &[Problem],
    ) -> Self {
        Self { gaps, environment, overlay, passed: problems.len() }
    }

    /// What is not known of the part with this path.
    pub(crate) fn doubt(&self, path: &[&str]) -> Doubt {
        if self.gaps.touch(&[&["env", self.environment], path].concat()) {
            Doubt::Other
        } else if self.gaps.touch(path) {
            Doubt::More
        } else {
            Doubt::None
        }
    }

    /// Drops those of the problems found since the last time that may not hold in view of a doubt.
    pub(crate) fn sift(&mut self, doubt: Doubt, problems: &mut Vec<Problem>) {
        let found = problems.split_off(self.passed);
        problems.extend(found.into_iter().filter(|problem| match doubt {
            Doubt::None => true,
            Doubt::More => problem.alone,
            Doubt::Other => problem.alone && self.is_laid_over(&problem.span),
        }));
        self.passed = problems.len();
    }

    /// Whether a place is one of the environment's own, which nothing overrides.
    fn is_laid_over(&self, place: &Span) -> bool {
        self.overlay.is_some_and(|table| table.values().any(|node| stands_in(node, place)))
    }
}

fn stands_in(node: &Node, place: &Span) -> bool {
    node.key == *place
        || node.span == *place
        || match &node.value {
            Value::Table(table) => table.values().any(|node| stands_in(node, place)),
            Value::List(items) => items.iter().any(|node| stands_in(node, place)),
            _ => false,
        }
}
