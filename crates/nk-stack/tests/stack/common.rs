//! Shared by the tests of this crate.

use std::collections::BTreeSet;

use miette::{GraphicalReportHandler, GraphicalTheme};
use nk_model::{Address, Desired, Json};
use nk_stack::{Problems, Source, Stack, Survey};

/// The stack file that is part of the project.
pub(crate) const NEURAKNOT: &str = include_str!("../../../../stacks/neuraknot.toml");
/// The shortest beginning of a stack file with sections.
pub(crate) const HEAD: &str = "project = \"neuraKnot\"\nregion = \"ap-northeast-1\"\n";
/// A network for other sections.
pub(crate) const NETWORK: &str = r#"
[network]
cidr = "10.0.0.0/16"
zones = [
  { name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" },
  { name = "ap-northeast-1c", public = "10.0.2.0/24", private = "10.0.20.0/24" },
]
"#;

/// A stack file with this text.
pub(crate) fn source(text: &str) -> Source {
    Source { name: "stack.toml".into(), text: text.into() }
}

/// The stack, which must be without mistakes.
pub(crate) fn stack(text: &str, environment: &str) -> Stack {
    match nk_stack::read(&source(text), environment) {
        Ok(stack) => stack,
        Err(problems) => panic!("{}", rendered(&problems)),
    }
}

/// The resources of the stack, with nothing known of AWS.
pub(crate) fn expanded(text: &str, environment: &str) -> Desired {
    stack(text, environment).expand(&Survey::default())
}

/// The mistakes of a stack file, as a person sees them.
pub(crate) fn mistakes(text: &str) -> String {
    match nk_stack::read(&source(text), "dev") {
        Ok(_) => "no mistakes".into(),
        Err(problems) => rendered(&problems),
    }
}

/// The messages and labels.
pub(crate) fn messages(text: &str) -> Vec<String> {
    let Err(problems) = nk_stack::read(&source(text), "dev") else { return Vec::new() };
    problems
        .iter()
        .map(|at| format!("{}:{} {} ({})", at.line, at.column, at.message, at.label))
        .collect()
}

fn rendered(problems: &Problems) -> String {
    let mut text = String::new();
    let theme = GraphicalTheme::unicode_nocolor();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(100);
    handler.render_report(&mut text, problems).unwrap();
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The spec at an address.
pub(crate) fn spec<'a>(desired: &'a Desired, address: &str) -> &'a Json {
    let address: Address = address.parse().unwrap();
    &desired.resources.get(&address).unwrap_or_else(|| panic!("{address}")).spec
}

/// The addresses, one per line.
pub(crate) fn addresses(desired: &Desired) -> String {
    desired.resources.keys().map(|address| address.to_string() + "\n").collect()
}

/// The notes, one per line.
pub(crate) fn notes(desired: &Desired) -> String {
    let line = |note: &nk_model::Note| {
        let settle = note.settle.clone().map_or_else(|| "-".to_owned(), String::from);
        format!("{}: {} -> {settle}\n", note.about, note.text)
    };
    desired.notes.iter().map(line).collect()
}

/// A set of texts.
pub(crate) fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A stack file with the sections of the topology and this change.
pub(crate) fn changed(from: &str, to: &str) -> String {
    assert!(NEURAKNOT.contains(from), "{from}");
    NEURAKNOT.replacen(from, to, 1)
}

/// The mistakes in the file with this change, one per line.
pub(crate) fn said(from: &str, to: &str) -> String {
    messages(&changed(from, to)).join("\n")
}
