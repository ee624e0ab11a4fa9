//! nk makes AWS match a stack file.

// A command is one future with all that it awaits inside, deeper than the compiler counts by default.
#![recursion_limit = "256"]

use std::process::ExitCode;

fn main() -> ExitCode {
    nk_cli::main::<nk_aws::Aws>()
}
