//! What can be said on the command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

const EXITS: &str = "\
Exit codes:
  0    done, or nothing to do
  1    failed; what was done before is kept
  2    `plan --detailed-exitcode`: there is something to do
  3    some steps failed, the others are done
  4    the stack file is wrong
  130  interrupted; the same command goes on from there";

/// Makes AWS match a stack file, and keeps no state file: AWS is the state.
#[derive(Debug, Parser)]
#[command(name = "nk", version, after_help = EXITS, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The environment of the stack file
    #[arg(long = "env", env = "ENVIRONMENT", global = true, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The stack file; by default the only one in `stacks/`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) stack: Option<PathBuf>,
    /// Work on an emulator that nk starts on this machine, without an account
    #[arg(long, env = "NK_LOCAL", global = true, value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub(crate) local: bool,
    /// A profile of the shared AWS configuration
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Print JSON: one object a line for what happens, one document for everything else
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Log every AWS call; twice for everything (or set `NK_LOG`)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
}

impl Global {
    /// The flags that make another command mean the same stack, environment and account as this one,
    /// each after a blank.
    pub(crate) fn flags(&self) -> String {
        let stack = self.stack.as_ref().map(|path| path.display().to_string());
        let named =
            [("--env", &self.environment), ("--stack", &stack), ("--profile", &self.profile)];
        let flag = |(flag, value): (&str, &Option<String>)| {
            // Nothing with a NUL in it came from a command line.
            let value = shlex::try_quote(value.as_deref()?).ok()?;
            Some(format!(" {flag} {value}"))
        };
        let local = self.local.then(|| " --local".to_owned());
        named.into_iter().filter_map(flag).chain(local).collect()
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what an apply would do, without changing anything
    Plan(PlanArguments),
    /// Make AWS match the stack file
    Apply(ApplyArguments),
    /// Remove everything of the environment
    Destroy(DestroyArguments),
    /// Show the stack file expanded into resources, offline
    Show,
    /// Draw what depends on what: the stack file, a plan, or a run that is over
    Graph(GraphArguments),
    /// Check the stack file, offline; every environment unless one is named
    Validate,
    /// Print what a deployment needs to know: addresses, ids, names
    Output(OutputArguments),
    /// Read or write what the stack's secrets hold
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Estimate what the environment costs a month, offline
    Cost,
    /// Print the smallest IAM policy with which nk can do its work, offline
    IamPolicy(PolicyArguments),
    /// Remove the lock that a run has left behind
    Unlock,
    /// Start, stop, empty or describe the emulator of `--local`
    #[command(subcommand)]
    Local(LocalCommand),
}

/// Arguments of `nk plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// End with 2 if there is something to do
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// Arguments of every command that changes something.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// How many calls may be under way at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) parallelism: Option<u16>,
    /// Write what the run does to this file, as a trace that <https://ui.perfetto.dev> opens
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
}

impl RunArguments {
    /// How many calls may be under way at once: what was said, or the usual.
    pub(crate) fn places(&self) -> usize {
        self.parallelism.map_or(nk_plan::PLACES, usize::from)
    }
}

/// Arguments of `nk apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// Let this go although it cannot be made again; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) remove: Vec<String>,
}

/// Arguments of `nk destroy`.
#[derive(Debug, Args)]
pub(crate) struct DestroyArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// Lift deletion protection, empty what is not empty, and go as far as things of others allow
    #[arg(long)]
    pub(crate) unprotect: bool,
}

/// Arguments of `nk graph`.
#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    /// The form of the picture
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: GraphFormat,
    /// Draw what an apply would do instead of what the stack file says; reads AWS
    #[arg(long)]
    pub(crate) plan: bool,
    /// Draw a run from the trace that `--trace` has written, with its longest chain
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub(crate) run: Option<PathBuf>,
}

/// The forms of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// The language of Graphviz
    #[default]
    Dot,
    /// A flow chart that GitHub and many editors show
    Mermaid,
    /// A picture that every browser shows
    Svg,
}

/// Arguments of `nk output`.
#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// Which output; all of them by default
    pub(crate) name: Option<String>,
}

/// Arguments of `nk iam-policy`.
#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    /// The command that it is for; by default all commands
    #[arg(long = "for", value_enum, value_name = "COMMAND")]
    pub(crate) command: Option<PolicyCommand>,
    /// Allow also what nk does without: reading the tags of many resources, and all roles, at once
    #[arg(long)]
    pub(crate) fewer_calls: bool,
    /// Print only the N-th of the parts that each fit into a managed policy
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) part: Option<u16>,
}

/// The commands that a policy can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyCommand {
    /// Planning, and whatever else only reads
    Plan,
    /// Applying, but for removing what cannot be made again
    Apply,
    /// Destroying, what is protected included
    Destroy,
}

/// The commands of `nk secrets`.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Print what a secret holds
    Get {
        /// Its name in the stack, as in `db-password`
        name: String,
        /// One key of it, as in `google.client_id`
        key: Option<String>,
    },
    /// Set one key of a secret: from a prompt, standard input or a file, never from an argument.
    ///
    /// Not the database's password, of which the database would not learn.
    Set {
        /// Its name in the stack, as in `oauth-credentials`
        name: String,
        /// The key, as in `google.client_secret`
        key: String,
        /// Read the value from this file
        #[arg(long, value_name = "FILE")]
        from_file: Option<PathBuf>,
    },
}

/// The commands of `nk local`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum LocalCommand {
    /// Install it if need be, and start it
    Up,
    /// Stop it; what it held is gone
    Down,
    /// Empty it
    Reset,
    /// Say whether it runs, and where
    Status,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn read(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn options_for_every_command_stand_anywhere() {
        for line in ["nk --env dev --json -vv plan", "nk plan --env dev -v --json -v"] {
            let Global { environment, json, verbose, .. } = read(line).unwrap().global;
            assert_eq!((environment.as_deref(), json, verbose), (Some("dev"), true, 2));
        }
    }

    #[test]
    fn the_flags_of_a_command_are_words_of_a_shell() {
        let flags = |line| read(line).unwrap().global.flags();
        assert_eq!(
            flags("nk --env dev --local --stack stacks/a.toml plan"),
            " --env dev --stack stacks/a.toml --local"
        );
        let mut arguments = read("nk --env dev plan").unwrap();
        arguments.global.stack = Some("my stacks/a.toml".into());
        assert_eq!(arguments.global.flags(), " --env dev --stack 'my stacks/a.toml'");
    }

    #[test]
    fn a_secret_value_is_no_argument() {
        assert!(read("nk secrets set oauth-credentials google.client_id value").is_err());
        assert!(read("nk secrets set oauth-credentials google.client_id").is_ok());
    }

    #[test]
    fn there_is_room_for_at_least_one_call() {
        assert!(read("nk apply --parallelism 0").is_err());
        assert!(read("nk apply --parallelism 4 --remove db-instance.main").is_ok());
    }

    #[test]
    fn the_help_ends_in_the_exit_codes() {
        let help = Arguments::command().render_long_help().to_string();
        assert!(help.trim_end().ends_with("goes on from there"), "{help}");
    }
}
