//! The command line: arguments, one file per command, exit codes. Generic over the cloud.

mod advice;
mod arguments;
mod change;
mod clock;
mod commands;
mod emulator;
mod errors;
mod exit;
mod history;
mod holder;
mod output;
mod planning;
mod pricing;
mod prompt;
mod session;
mod signals;
mod trace;

use std::{env, io, process::ExitCode};

use arguments::{Arguments, Color, Command};
use clap::Parser;
use errors::Error;
pub use exit::Exit;
use nk_engine::Provider;
use tracing_subscriber::EnvFilter;

/// Does what the command line says, on a cloud of type `P`.
pub fn main<P: Provider>() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // The parser's own exit code for a mistake is that of `plan --detailed-exitcode`.
            let _ = error.print();
            return if error.use_stderr() { Exit::Failed } else { Exit::Done }.into();
        }
    };
    colour(arguments.global.color);
    log(arguments.global.verbose);
    let exit = run::<P>(&arguments).unwrap_or_else(|error| {
        error.print(&arguments.global);
        error.exit()
    });
    exit.into()
}

fn run<P: Provider>(arguments: &Arguments) -> Result<Exit, Error> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Plan(plan) => online(commands::plan::plan::<P>(global, plan)),
        Command::Apply(apply) => online(change::change::<P, _>(global, apply)),
        Command::Destroy(destroy) => online(change::change::<P, _>(global, destroy)),
        Command::Output(output) => online(commands::output::output::<P>(global, output)),
        Command::Secrets(secrets) => online(commands::secrets::secrets::<P>(global, secrets)),
        Command::Unlock => online(commands::unlock::unlock::<P>(global)),
        Command::Local(local) => online(commands::local::local(global, *local)),
        Command::Graph(graph) if graph.plan => {
            online(commands::graph::graph_of_plan::<P>(global, graph))
        }
        Command::Graph(graph) => commands::graph::graph(global, graph),
        Command::Show => commands::show::show(global),
        Command::Validate => commands::validate::validate(global),
        Command::Cost => commands::cost::cost(global),
        Command::IamPolicy(policy) => commands::iam_policy::iam_policy(global, policy),
    }
}

/// Runs a command that waits for others; what is offline, and quick, takes no runtime.
fn online(command: impl Future<Output = Result<Exit, Error>>) -> Result<Exit, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let done = runtime.block_on(command);
    // What still prints to somebody who does not read is not waited for.
    runtime.shutdown_background();
    done
}

fn colour(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// Sends what nk itself traces to standard error: nothing unless asked for.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn log(verbose: u8) {
    let filter = match (env::var("NK_LOG"), verbose) {
        (Ok(filter), _) => only_nk(&filter),
        (Err(_), 0) => return,
        (Err(_), 1) => "nk=debug".to_owned(),
        (Err(_), _) => "nk=trace".to_owned(),
    };
    let coloured = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_ansi(coloured)
        .with_writer(io::stderr)
        .finish();
    // A second call would find the first one's subscriber, which is as good.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// What a filter says about nk's own crates. The SDK's are never logged: they log whole requests and
/// answers, and with them secret values.
fn only_nk(filter: &str) -> String {
    let directives = filter.split(',').map(str::trim).filter_map(|directive| {
        if directive.contains('=') || directive.contains("::") {
            directive.starts_with("nk").then(|| directive.to_owned())
        } else {
            Some(format!("nk={directive}"))
        }
    });
    directives.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nk_itself_is_ever_logged() {
        assert_eq!(only_nk("trace"), "nk=trace");
        assert_eq!(only_nk("nk::aws=debug, aws_smithy_runtime=trace"), "nk::aws=debug");
    }
}
