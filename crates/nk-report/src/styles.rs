//! How each part looks where there is colour.

use std::fmt;

use nk_model::{Action, Operation};
use owo_colors::Style;

/// One style for each part of what is printed; the default has no colour at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Styles {
    pub(crate) create: Style,
    pub(crate) change: Style,
    pub(crate) destroy: Style,
    pub(crate) replace: Style,
    pub(crate) address: Style,
    pub(crate) faint: Style,
    pub(crate) error: Style,
    pub(crate) hint: Style,
    pub(crate) heading: Style,
}

impl Styles {
    /// Gives every part its colour.
    pub fn colorize(&mut self) {
        self.create = Style::new().green();
        self.change = Style::new().yellow();
        self.destroy = Style::new().red();
        self.replace = Style::new().magenta();
        self.address = Style::new().bold();
        self.faint = Style::new().dimmed();
        self.error = Style::new().red().bold();
        self.hint = Style::new().cyan().bold();
        self.heading = Style::new().bold();
    }

    /// In colour where `stream` wants it: not away from a terminal, nor with `NO_COLOR`.
    pub fn of(stream: &impl anstream::stream::RawStream) -> Self {
        let mut styles = Self::default();
        if anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never {
            styles.colorize();
        }
        styles
    }

    pub(crate) fn action(&self, action: Action) -> Style {
        match action {
            Action::Create => self.create,
            Action::Update => self.change,
            Action::Destroy => self.destroy,
            Action::ReplaceCreate | Action::ReplaceDestroy | Action::Supersede => self.replace,
        }
    }
}

/// The text in a style. Padding comes before, since a style has no width.
pub(crate) fn paint(style: Style, text: impl fmt::Display) -> String {
    style.style(text).to_string()
}

/// The sign in front of a step.
pub(crate) fn sigil(action: Action) -> &'static str {
    match action.operation() {
        _ if action == Action::Supersede => "~",
        Operation::Create => "+",
        Operation::Update => "~",
        Operation::Destroy => "-",
    }
}
