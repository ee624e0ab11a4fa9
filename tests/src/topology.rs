//! The topology of the stack file that ships with nk.

use nk_model::Desired;
use nk_stack::{Source, Survey};

/// The stack file that ships with nk.
pub const STACK: &str = include_str!("../../stacks/neuraknot.toml");

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
