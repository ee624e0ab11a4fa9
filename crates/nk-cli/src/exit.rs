//! The exit codes, which are part of the interface.

use std::process::ExitCode;

/// How nk ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Success, or nothing to do.
    Done = 0,
    /// Failure before or during changes; completed steps are kept.
    Failed = 1,
    /// `plan --detailed-exitcode` found changes.
    Changes = 2,
    /// Some steps failed; the others succeeded.
    Partial = 3,
    /// The stack file has mistakes.
    StackFile = 4,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
