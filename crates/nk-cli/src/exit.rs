//! Exit codes: part of what nk promises.

use std::process::ExitCode;

/// How nk ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// It failed before or while changing anything; what was done is kept.
    Failed = 1,
    /// `plan --detailed-exitcode` found something to do.
    Changes = 2,
    /// Some steps failed; the others are done.
    Partial = 3,
    /// The stack file is wrong.
    StackFile = 4,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
