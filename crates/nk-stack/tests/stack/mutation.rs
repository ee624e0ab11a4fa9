//! Damaged stack files: errors with places, never a panic.

use crate::common::{NEURAKNOT, source};
use fastrand::Rng;

/// What replaces something else.
const SCRAPS: [&str; 24] = [
    "",
    "\"",
    "'",
    "=",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "\n",
    "#",
    "-1",
    "99999999999999999999",
    "1e999",
    "true",
    "nan",
    "2026-01-01",
    "\"\"",
    "[[a]]",
    "@{",
    "\u{65e5}\u{672c}",
    "\\u0000",
    "0x",
];

/// The text with a few random changes.
fn mutated(rng: &mut Rng) -> String {
    let mut text = NEURAKNOT.to_owned();
    for _ in 0..rng.usize(1..4) {
        let mut bound = || text.floor_char_boundary(rng.usize(..=text.len()));
        let (a, b) = (bound(), bound());
        match rng.u8(..5) {
            0 => text.truncate(a),
            1 => text.insert_str(a, rng.choice(SCRAPS).unwrap_or_default()),
            2 => {
                let end = text.ceil_char_boundary((a + rng.usize(1..6)).min(text.len()));
                text.replace_range(a..end, rng.choice(SCRAPS).unwrap_or_default());
            }
            3 => {
                let line = text.lines().nth(rng.usize(..60)).unwrap_or_default().to_owned();
                text.insert_str(a, &line);
            }
            _ => replace_a_value(rng, &mut text, a.min(b)),
        }
    }
    text
}

/// Replaces the value after the next `=`, so that the file stays valid TOML more often.
fn replace_a_value(rng: &mut Rng, text: &mut String, from: usize) {
    let Some(start) = text[from..].find("= ").map(|at| from + at + 2) else { return };
    let end = text[start..].find([',', '\n', '}']).map_or(text.len(), |at| start + at);
    text.replace_range(start..end, rng.choice(SCRAPS).unwrap_or_default());
}

#[test]
fn a_broken_file_has_mistakes_with_places_and_no_panic() {
    let mut refused = 0;
    for seed in 0..600 {
        let text = mutated(&mut Rng::with_seed(seed));
        let source = source(&text);
        for environment in nk_stack::environments(&source) {
            let Err(problems) = nk_stack::read(&source, &environment) else { continue };
            refused += 1;
            assert!(problems.count() > 0, "seed {seed}: refused no reason given");
            for at in problems.iter() {
                let end = at.offset + at.length;
                assert!(text.get(at.offset..end).is_some(), "seed {seed}: {at:?}");
                assert!(!at.message.is_empty() && !at.label.is_empty(), "seed {seed}: {at:?}");
                assert!(at.line >= 1 && at.column >= 1, "seed {seed}: {at:?}");
            }
            let mut text = String::new();
            let theme = miette::GraphicalTheme::unicode_nocolor();
            let handler = miette::GraphicalReportHandler::new_themed(theme);
            handler.render_report(&mut text, &problems).unwrap();
        }
    }
    assert!(refused > 400, "only {refused} were refused");
}

#[test]
fn what_is_read_can_be_expanded() {
    for seed in 0..600 {
        let source = source(&mutated(&mut Rng::with_seed(seed)));
        for environment in nk_stack::environments(&source) {
            if let Ok(stack) = nk_stack::read(&source, &environment) {
                let desired = stack.expand(&nk_stack::Survey::default());
                assert!(desired.resources.keys().all(|address| stack.may_want(address.kind())));
            }
        }
    }
}
