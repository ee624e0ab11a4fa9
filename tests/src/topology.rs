//! The topology of the stack file that ships with nk.

use nk_model::Desired;
use nk_stack::{Source, Survey};

/// The stack file that ships with nk.
pub const STACK: &str = include_str!("../../stacks/neuraknot.toml");

/// That stack file with parameters of the database, a route with a rule, an environment and actions of
/// the alarms: everything that a kind needs for all of its fields, and something of every kind.
///
/// # Panics
///
/// When the stack file has no place for something.
pub fn rich() -> String {
    let additions = [
        ("insights    = true", "insights    = true\nparameters  = { work_mem = \"8192\" }"),
        (
            "port = 3000",
            "port = 3000\nroute = { path = \"/*\", name = \"web\" }\n\
             environment = { MODE = \"plain\" }",
        ),
        ("[logs]", "[alarms]\nactions = [\"arn:aws:sns:ap-northeast-1:1:a\"]\n\n[logs]"),
    ];
    edited(STACK.to_owned(), &additions)
}

/// A stack file with each of these texts replaced, where it comes first.
///
/// # Panics
///
/// When it does not say what is to be replaced.
pub fn edited(text: String, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "the stack file does not say {from}");
        text.replacen(from, to, 1)
    })
}

/// What an environment of this stack file asks for, with a certificate and with credentials for every
/// identity provider.
///
/// # Panics
///
/// When the stack file is wrong.
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
