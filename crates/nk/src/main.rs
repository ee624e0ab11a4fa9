//! nk makes AWS match a stack file.

// A command is one future that contains everything it awaits, deeper than the compiler's default
// limit.
#![recursion_limit = "256"]

use std::process::ExitCode;

fn main() -> ExitCode {
    nk_cli::main::<nk_aws::Aws>()
}
