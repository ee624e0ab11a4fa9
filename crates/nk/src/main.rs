//! nk makes AWS match a stack file.

use std::process::ExitCode;

fn main() -> ExitCode {
    nk_cli::main::<nk_aws::Aws>()
}
