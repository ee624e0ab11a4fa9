//! The topology of the stack file that ships with nk.

use nk_model::Desired;
use nk_stack::{Source, Survey};

use crate::kinds::kinds;

/// The stack file that ships with nk.
pub const STACK: &str = include_str!("../../stacks/neuraknot.toml");

/// That stack file with everything that gives all fields of every kind a value, and with a resource
/// of every kind.
///
/// # Panics
///
/// If the stack file has no place for something.
pub fn rich() -> String {
    let additions: Vec<_> = kinds().values().flat_map(|data| &data.rich).collect();
    let additions: Vec<_> = additions.iter().map(|(from, to)| (&**from, &**to)).collect();
    edited(STACK.to_owned(), &additions)
}

/// A stack file with each of these texts replaced at its first occurrence.
///
/// # Panics
///
/// If it does not contain what is to be replaced.
pub fn edited(text: String, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "the stack file does not say {from}");
        text.replacen(from, to, 1)
    })
}

/// The resources of an environment of this stack file, with a certificate and with credentials for
/// every identity provider.
///
/// # Panics
///
/// If the stack file has mistakes.
pub fn desired(text: &str, environment: &str) -> Desired {
    let source = Source { name: "neuraknot.toml".into(), text: text.into() };
    let stack = nk_stack::read(&source, environment).expect("the stack file is right");
    let survey = Survey {
        account: Some("123456789012".into()),
        credentials: ["google", "line", "x"].map(str::to_owned).into(),
        certificate: Some("arn:aws:acm:ap-northeast-1:123456789012:certificate/test".into()),
        ..Survey::default()
    };
    stack.expand(&survey)
}
