//! The appearance of each part, where colours are available.

use std::fmt;

use nk_model::{Action, Operation};
use owo_colors::Style;

/// One style for each part of what is printed; the default has no colours.
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

    /// With colours if `stream` supports them: not if it is no terminal, nor with `NO_COLOR`.
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

/// The text in a style. Padding must be applied before, because a style has no width.
pub(crate) fn paint(style: Style, text: impl fmt::Display) -> String {
    style.style(text).to_string()
}

/// The sign before a step.
pub(crate) fn sigil(action: Action) -> &'static str {
    match action.operation() {
        _ if action == Action::Supersede => "~",
        Operation::Create => "+",
        Operation::Update => "~",
        Operation::Destroy => "-",
    }
}
