//! The definition of a section of a stack file.

use crate::{
    Stack, check::Check, decode::Fields, expansion::Expansion, problem::Span, stack::Part,
};
use std::sync::Arc;

/// A section of a stack file: its keys, its defaults, its mistakes, and the resources that it
/// describes.
///
/// A new section is a type with this trait, in a file in `sections`, and a line in the list there.
pub(crate) trait Section: Part + Sized {
    /// Its key in the stack file.
    const KEY: &'static str;
    /// The number of zones that its resources need; zero if they need no network.
    const ZONES: usize = 0;
    /// The addresses of the resources that it may describe; `*` stands for names that the stack
    /// file chooses.
    const RESOURCES: &'static [&'static str] = &[];

    /// Reads it and records every mistake; none if it cannot be read or is empty.
    ///
    /// Only the top level of the stack is known at this point.
    fn read(fields: Fields<'_, '_>, stack: &Stack) -> Option<Self>;

    /// The section if the stack file does not have it.
    fn absent() -> Option<Self> {
        None
    }

    /// The names of resources that it chooses, and their places.
    fn names(&self) -> Vec<(&str, &Span)> {
        Vec::new()
    }

    /// Checks it against the rest of the stack.
    fn check(&self, _: &mut Check<'_>) {}

    /// Adds its resources.
    fn expand(&self, _: &mut Expansion<'_>) {}

    /// Notes what is allowed but probably not intended.
    fn lint(&self, _: &mut Expansion<'_>) {}
}

/// A section with its type erased.
pub(crate) struct SectionInfo {
    pub(crate) key: &'static str,
    pub(crate) zones: usize,
    pub(crate) resources: &'static [&'static str],
    pub(crate) read: fn(&mut Fields<'_, '_>, &Stack) -> Option<Arc<dyn Part>>,
    pub(crate) names: fn(&Stack) -> Vec<(&str, &Span)>,
    pub(crate) check: fn(&mut Check<'_>),
    pub(crate) expand: fn(&mut Expansion<'_>),
    pub(crate) lint: fn(&mut Expansion<'_>),
}

impl SectionInfo {
    pub(crate) const fn of<S: Section>() -> Self {
        Self {
            key: S::KEY,
            zones: S::ZONES,
            resources: S::RESOURCES,
            read: |file, stack| Some(Arc::new(read::<S>(file, stack)?)),
            names: |stack| stack.section::<S>().map(S::names).unwrap_or_default(),
            check: |check| {
                if let Some(section) = check.stack.section::<S>() {
                    section.check(check);
                }
            },
            expand: |expansion| {
                if let Some(section) = expansion.stack.section::<S>() {
                    section.expand(expansion);
                }
            },
            lint: |expansion| {
                if let Some(section) = expansion.stack.section::<S>() {
                    section.lint(expansion);
                }
            },
        }
    }
}

fn read<S: Section>(file: &mut Fields<'_, '_>, stack: &Stack) -> Option<S> {
    let is_absent = file.lacks(S::KEY);
    let section = file.section(S::KEY).and_then(|section| S::read(section, stack));
    if is_absent { S::absent() } else { section }
}
