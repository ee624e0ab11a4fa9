//! Text that is aligned in any script.

use std::{
    fmt::{self, Write},
    time::Duration,
};

use nk_model::{Address, Spread};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of a text in columns.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text, padded with blanks to this width.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// The text, or as much of its beginning as fits into this width.
pub(crate) fn shorten(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let needs = c.width().unwrap_or(0);
        let fits = needs <= left;
        left = left.saturating_sub(needs);
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{kept}…")
}

/// The text on one line, without anything that a terminal would interpret.
pub(crate) fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { tamed.extend(c.escape_default()) } else { tamed.push(c) }
    }
    tamed
}

/// The same for text that may have several lines.
pub(crate) fn tame_lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(|line| tame(line.trim_end()))
}

/// Such as `2.1 s`, `107 s`, `6 min 32 s`, `1 h 4 min`.
pub(crate) fn spell(time: Duration) -> String {
    let whole = (time + Duration::from_millis(500)).as_secs();
    if time < Duration::from_millis(9950) {
        format!("{:.1} s", time.as_secs_f64())
    } else if whole < 120 {
        format!("{whole} s")
    } else if whole < 3600 {
        format!("{} min {} s", whole / 60, whole % 60)
    } else {
        format!("{} h {} min", whole / 3600, whole % 3600 / 60)
    }
}

/// Such as `7 min 12 s, nine times in ten less than 9 min 4 s`.
pub(crate) fn likely(time: Spread) -> String {
    format!("{} (nine in ten runs take less than {})", spell(time.median), spell(time.slow))
}

/// Addresses in the order of their chain, indented.
pub(crate) fn chain(addresses: &[Address]) -> String {
    let last = addresses.len().saturating_sub(1);
    let words = addresses.iter().enumerate().map(|(place, address)| {
        if place == last { address.to_string() } else { format!("{address} ->") }
    });
    wrap(words, "  ", 100)
}

/// Such as `1 call` and `3 calls`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Adds a line.
pub(crate) fn line(text: &mut String, line: impl fmt::Display) {
    writeln!(text, "{line}").expect("a string takes all");
}

/// The words in lines of at most this width, each after an indent.
pub(crate) fn wrap(words: impl Iterator<Item = String>, indent: &str, columns: usize) -> String {
    let mut text = String::new();
    let mut line = indent.to_owned();
    for word in words {
        if line.len() > indent.len() && width(&line) + 1 + width(&word) > columns {
            text.push_str(&line);
            text.push('\n');
            indent.clone_into(&mut line);
        }
        if line.len() > indent.len() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    text.push_str(&line);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(pad("東京", 6), "東京  ");
        assert_eq!(shorten("東京リージョン", 7), "東京リ…");
        assert_eq!(width(&shorten("東京リージョン", 8)), 7);
    }

    #[test]
    fn a_terminal_is_told_nothing_by_a_value() {
        assert_eq!(tame("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb\\nc");
    }

    #[test]
    fn durations_are_as_exact_as_they_matter() {
        let spelt: Vec<_> = [0.04, 2.14, 9.96, 107.2, 119.6, 392.0, 3840.0]
            .map(|seconds| spell(Duration::from_secs_f64(seconds)))
            .into();
        let expected = ["0.0 s", "2.1 s", "10 s", "107 s", "2 min 0 s", "6 min 32 s", "1 h 4 min"];
        assert_eq!(spelt, expected);
    }
}
