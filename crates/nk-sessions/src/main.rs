//! nk on the simulated cloud, with a clock that waits for nothing: an apply of seven minutes takes
//! milliseconds, and all times are exact. `AWS_ENDPOINT_URL` names the folder beneath this one that the
//! cloud is kept in from one command to the next, as in `sim://aws/clouds`.

use std::process::ExitCode;

use nk_sim::Sim;
use tokio::runtime;

fn main() -> ExitCode {
    nk_cli::main_on::<Sim>(runtime::Builder::new_current_thread().start_paused(true))
}
