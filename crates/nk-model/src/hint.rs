//! What to do next, for a person: text, and commands that are complete when they are shown.

use serde::{Deserialize, Serialize};

/// Advice, made of text and commands.
///
/// A command here has no flags. The flags that make it apply to the same stack, environment and
/// account are added where it is shown, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Command(String),
}

impl Hint {
    /// The same, followed by a command, such as `nk unlock`.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.0.push(Piece::Command(command.into()));
        self
    }

    /// The same, followed by text.
    #[must_use]
    pub fn then(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    /// The advice as it is shown: every command is followed by these flags.
    pub fn text(&self, flags: &str) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Command(command) => format!("`{command}{flags}`"),
        });
        pieces.collect()
    }
}

impl<T: Into<String>> From<T> for Hint {
    fn from(text: T) -> Self {
        Self(vec![Piece::Text(text.into())])
    }
}

/// What settles a note. In JSON it is a text, in which a command begins with `nk `.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Settle {
    /// A key of the stack file.
    Key(String),
    /// A command, without flags, as in [`Hint`].
    Command(String),
}

impl From<String> for Settle {
    fn from(text: String) -> Self {
        if text.starts_with("nk ") { Self::Command(text) } else { Self::Key(text) }
    }
}

impl From<Settle> for String {
    fn from(settle: Settle) -> Self {
        match settle {
            Settle::Key(text) | Settle::Command(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_the_flags_and_a_text_is_left_alone() {
        let hint = Hint::from("not `nk apply`: run ").command("nk unlock").then(", says a`b");
        assert_eq!(hint.text(" --env x"), "not `nk apply`: run `nk unlock --env x`, says a`b");
    }
}
