//! What the reader should know, grouped by what settles it.

use nk_model::{Note, Settle};

use crate::{
    styles::{Styles, paint},
    text::{self, pad, tame, width},
};

/// The notes of a plan, whose commands have these flags; empty if there are none.
pub(crate) fn notes_text(notes: &[Note], styles: &Styles, flags: &str) -> String {
    let (settled, known): (Vec<_>, Vec<_>) = notes.iter().partition(|note| note.settle.is_some());
    let (waits, lints): (Vec<_>, Vec<_>) = settled.into_iter().partition(|note| is_command(note));
    let column = notes.iter().map(|note| width(&note.about)).max().unwrap_or(0);
    let mut text = String::new();
    for (heading, group) in [("Notes:", known), ("Warnings:", lints), ("To do:", waits)] {
        if group.is_empty() {
            continue;
        }
        text.push('\n');
        text.push_str(&paint(styles.heading, heading));
        text.push('\n');
        for note in group {
            text.push_str(&line(note, column, styles, flags));
        }
    }
    text
}

/// Whether a command settles it, and not a key of the stack file.
fn is_command(note: &Note) -> bool {
    matches!(note.settle, Some(Settle::Command(_)))
}

fn line(note: &Note, column: usize, styles: &Styles, flags: &str) -> String {
    let about = paint(styles.address, pad(&note.about, column));
    let mut text = format!("  {about}  {}\n", tame(&note.text));
    if let Some(settle) = &note.settle {
        let settle = match settle {
            Settle::Command(command) => format!("run `{command}{flags}`"),
            Settle::Key(key) => format!("see `{key}` in the stack file"),
        };
        text::line(&mut text, format_args!("  {:column$}  {}", "", paint(styles.faint, settle)));
    }
    text
}
