//! `nk show`: the resources of the stack file.

use nk_stack::Survey;

use crate::{arguments::Global, clock, errors::Error, exit::Exit, output::Output, session};

/// Prints every resource that the stack file describes. Offline: what only AWS knows is left open.
pub(crate) fn show(global: &Global) -> Result<Exit, Error> {
    let stack = session::open(global)?;
    let mut desired = stack.expand(&Survey { today: Some(clock::today()), ..Survey::default() });
    desired.notes.extend(stack.window_notes(None));
    Output::new(global).desired(&desired);
    Ok(Exit::Done)
}
