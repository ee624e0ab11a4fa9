//! What can be said on the command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

const EXITS: &str = "Exit codes:
  0    success, or nothing to do
  1    failure; completed steps \
                     are kept
  2    `plan --detailed-exitcode`: there are changes
  3    some \
                     steps failed, the others succeeded
  4    the stack file has mistakes
  130  \
                     interrupted; run the same command again to continue";

/// Makes AWS match a stack file, without a state file
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
    /// The environment in the stack file
    #[arg(long = "env", env = "ENVIRONMENT", global = true, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The stack file [default: the only one in `stacks/`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) stack: Option<PathBuf>,
    /// Use an emulator on this machine instead of AWS; needs no account
    #[arg(long, env = "NK_LOCAL", global = true, value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub(crate) local: bool,
    /// The profile in the shared AWS configuration
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Print JSON: one object per line for events, one document for everything else
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Log every AWS call; use twice to log everything (or set `NK_LOG`)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours
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
    /// Show what an apply would do; change nothing
    Plan(PlanArguments),
    /// Make AWS match the stack file
    Apply(ApplyArguments),
    /// Delete everything in the environment
    Destroy(DestroyArguments),
    /// Show the resources that the stack file describes, offline
    Show,
    /// Draw the dependencies of the stack file, of a plan, or of a finished run
    Graph(GraphArguments),
    /// Check the stack file, offline; all environments unless one is named
    Validate,
    /// Print what a deployment needs: addresses, ids and names
    Output(OutputArguments),
    /// Read or set the stack's secrets
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Estimate the monthly cost of the environment, offline
    Cost,
    /// Print the smallest IAM policy that nk needs, offline
    IamPolicy(PolicyArguments),
    /// Remove the lock that a run left behind
    Unlock,
    /// Start, stop, empty or describe the emulator for `--local`
    #[command(subcommand)]
    Local(LocalCommand),
}

/// Arguments of `nk plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// Exit with 2 if there are changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// Arguments of every command that changes something.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    /// The maximum number of calls in progress at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) parallelism: Option<u16>,
    /// Write a trace of the run to this file, for <https://ui.perfetto.dev>
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
    /// Allow this resource to be deleted although its data cannot be restored; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) remove: Vec<String>,
}

/// Arguments of `nk destroy`.
#[derive(Debug, Args)]
pub(crate) struct DestroyArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// Turn off deletion protection, empty repositories and user pools, and delete as much as foreign resources allow
    #[arg(long)]
    pub(crate) unprotect: bool,
}

/// Arguments of `nk graph`.
#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    /// The output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: GraphFormat,
    /// Draw what an apply would do instead of the stack file; reads AWS
    #[arg(long)]
    pub(crate) plan: bool,
    /// Draw a run and its longest chain of steps, from the file that `--trace` wrote
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub(crate) run: Option<PathBuf>,
}

/// The forms of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Graphviz
    #[default]
    Dot,
    /// A Mermaid flow chart, which GitHub and many editors display
    Mermaid,
    /// An SVG image, which every browser displays
    Svg,
}

/// Arguments of `nk output`.
#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// The output to print [default: all]
    pub(crate) name: Option<String>,
}

/// Arguments of `nk iam-policy`.
#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    /// The command that the policy is for [default: all commands]
    #[arg(long = "for", value_enum, value_name = "COMMAND")]
    pub(crate) command: Option<PolicyCommand>,
    /// Also allow reading many tags and all roles at once, which nk can do without
    #[arg(long)]
    pub(crate) fewer_calls: bool,
    /// Print only part N of the policy, split into parts that each fit into a managed policy
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) part: Option<u16>,
}

/// The commands that a policy can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyCommand {
    /// Planning, and every other command that only reads
    Plan,
    /// Applying, except deleting what cannot be restored
    Apply,
    /// Destroying, including protected resources
    Destroy,
}

/// The commands of `nk secrets`.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Print a secret
    Get {
        /// Its name in the stack, such as `db-password`
        name: String,
        /// One of its keys, such as `google.client_id`
        key: Option<String>,
    },
    /// Set one key of a secret, from a prompt, standard input or a file
    ///
    /// The database's password cannot be set here, because the database would not be changed.
    Set {
        /// Its name in the stack, such as `oauth-credentials`
        name: String,
        /// The key, such as `google.client_secret`
        key: String,
        /// Read the value from this file
        #[arg(long, value_name = "FILE")]
        from_file: Option<PathBuf>,
    },
}

/// The commands of `nk local`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum LocalCommand {
    /// Start the emulator, and install it first if necessary
    Up,
    /// Stop the emulator and discard what it contains
    Down,
    /// Empty the emulator
    Reset,
    /// Show whether the emulator is running, and where
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
