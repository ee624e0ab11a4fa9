//! Everything that ends a command early, and how it is shown.

use std::io::{self, Write};

use miette::{GraphicalReportHandler, GraphicalTheme};
use nk_engine::{CloudError, LockError, Nature};
use nk_local::LocalError;
use nk_model::Guard;
use nk_plan::PlanError;
use nk_report::{Complaint, Styles, complaint_json, complaint_text};
use nk_stack::{Problems, Stack};
use serde_json::json;

use crate::exit::Exit;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read the stack file `{path}`: {reason}")]
    StackFile { path: String, reason: String },
    #[error("{}", which_stack(.0))]
    WhichStack(Vec<String>),
    #[error("which environment?")]
    WhichEnvironment(Vec<String>),
    #[error("the stack file is wrong")]
    Problems(Problems),
    #[error("the environment says region {environment}, the stack file says {stack}")]
    Region { environment: String, stack: String },
    #[error("the stack file says account {stack}, but the credentials are of account {caller}")]
    Account { stack: String, caller: String },
    #[error("`--local` works on this machine, and AWS_ENDPOINT_URL says {endpoint}")]
    NotHere { endpoint: String },
    #[error("cannot start: {0}")]
    Runtime(String),
    #[error("cannot connect to AWS")]
    Connecting { error: CloudError, region: String },
    #[error("AWS was asked in vain")]
    Cloud(Vec<CloudError>),
    #[error("{0}")]
    Local(LocalError),
    #[error("there is no way from what exists to what the stack file says")]
    Plan(PlanError),
    #[error("what is to go is guarded")]
    Guarded(Vec<Guard>),
    #[error("something has changed since the plan was shown")]
    Overtaken,
    #[error("{0}")]
    Lock(LockError),
    #[error("there is no terminal to ask on")]
    NobodyToAsk { command: String },
    #[error("cannot read the secret value: {0}")]
    SecretInput(String),
    #[error("the stack file has no secret `{name}`")]
    NoSuchSecret { name: String, known: Vec<String> },
    #[error("the secret `{0}` does not exist yet")]
    SecretMissing(String),
    #[error("the secret `{secret}` has no key `{key}`")]
    NoSuchKey { secret: String, key: String },
    #[error("there is no output `{name}`")]
    NoSuchOutput { name: String, known: Vec<String> },
}

fn which_stack(found: &[String]) -> String {
    if found.is_empty() {
        "there is no stack file in `stacks/`".to_owned()
    } else {
        "there are several stack files in `stacks/`".to_owned()
    }
}

impl Error {
    pub(crate) fn connecting(error: CloudError, stack: &Stack) -> Self {
        Self::Connecting { error, region: stack.region.clone() }
    }

    /// The exit code it ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Problems(_)
            | Self::StackFile { .. }
            | Self::WhichStack(_)
            | Self::WhichEnvironment(_) => Exit::StackFile,
            _ => Exit::Failed,
        }
    }

    /// What lies beneath, a line each.
    fn causes(&self) -> Vec<String> {
        match self {
            Self::Connecting { error, .. } => vec![error.to_string()],
            Self::Cloud(errors) => errors.iter().map(ToString::to_string).collect(),
            Self::Plan(error) => error.problems.iter().map(ToString::to_string).collect(),
            Self::Problems(problems) => problems
                .iter()
                .map(|one| format!("{}:{}: {}", one.line, one.column, one.message))
                .collect(),
            Self::Guarded(guards) => guards
                .iter()
                .map(|guard| format!("`{}`: {}", guard.address, guard.reason))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What to do next.
    fn hints(&self) -> Vec<String> {
        let known = |known: &[String]| vec![format!("known: {}", known.join(", "))];
        match self {
            Self::WhichStack(found) if !found.is_empty() => {
                vec![format!("name one with `--stack`: {}", found.join(", "))]
            }
            Self::WhichStack(_) => vec!["name one with `--stack`".to_owned()],
            Self::WhichEnvironment(found) => {
                vec![format!(
                    "say `--env` or set ENVIRONMENT; the stack file has: {}",
                    found.join(", ")
                )]
            }
            Self::Region { stack, .. } => {
                vec![format!("set AWS_REGION={stack}, or change `region`")]
            }
            Self::Account { .. } => {
                vec![
                    "use the credentials of that account (`--profile`), or change `account`"
                        .to_owned(),
                ]
            }
            Self::NotHere { .. } => {
                vec!["unset AWS_ENDPOINT_URL, or leave `--local` out".to_owned()]
            }
            Self::Connecting { error, region } => connecting_hint(error, region),
            Self::Cloud(errors) => cloud_hints(errors),
            Self::Local(error) => error.hint().into_iter().collect(),
            Self::Plan(error) => {
                let mut hints: Vec<_> =
                    error.problems.iter().filter_map(nk_plan::Problem::hint).collect();
                hints.dedup();
                hints
            }
            Self::Guarded(guards) if guards.iter().all(|guard| guard.liftable) => {
                vec!["`nk destroy --unprotect` lifts all of this; nothing was changed".to_owned()]
            }
            Self::Guarded(_) => vec!["nothing was changed".to_owned()],
            Self::Overtaken => vec!["run the same command again to see the new plan".to_owned()],
            Self::Lock(LockError::Held { age_seconds, .. }) => vec![format!(
                "its last sign of life was {age_seconds} s ago; 90 s without one and the lock is free, \
                 or `nk unlock` removes it"
            )],
            Self::Lock(LockError::Cloud(error)) => cloud_hints(std::slice::from_ref(error)),
            Self::NobodyToAsk { command } => vec![format!("run `{command} --yes`")],
            Self::SecretInput(_) => {
                vec![
                    "type it at the prompt, pipe it in, or name a file with `--from-file`"
                        .to_owned(),
                ]
            }
            Self::NoSuchSecret { known: names, .. } | Self::NoSuchOutput { known: names, .. } => {
                known(names)
            }
            Self::SecretMissing(_) => vec!["`nk apply` makes it".to_owned()],
            _ => Vec::new(),
        }
    }

    /// Prints it on standard error; as one line of JSON if asked to.
    pub(crate) fn print(&self, as_json: bool) {
        let mut out = anstream::stderr().lock();
        let hints = self.hints();
        let hint = (!hints.is_empty()).then(|| hints.join("\n"));
        let complaint = Complaint { error: self.to_string(), causes: self.causes(), hint };
        let _ = match self {
            Self::Problems(problems) if !as_json => write!(out, "{}", graphical(problems)),
            _ if as_json => writeln!(out, "{}", complaint_json(&complaint).trim_end()),
            _ => write!(out, "{}", complaint_text(&complaint, &Styles::of(&io::stderr()))),
        };
    }
}

fn graphical(problems: &Problems) -> String {
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
    // Writing to a string does not fail.
    let _ = handler.render_report(&mut text, problems);
    text
}

fn connecting_hint(error: &CloudError, region: &str) -> Vec<String> {
    match error.nature {
        Nature::Credentials => vec![
            "sign in (`aws sso login`), choose a profile (`--profile`), or rehearse without an account \
             (`--local`)"
                .to_owned(),
        ],
        Nature::Unreachable => vec![format!(
            "see whether the network is up, and whether `{region}` is a region of AWS"
        )],
        _ => Vec::new(),
    }
}

fn cloud_hints(errors: &[CloudError]) -> Vec<String> {
    let denied: Vec<_> = errors
        .iter()
        .filter(|error| error.nature == Nature::Denied)
        .map(|error| &error.operation)
        .collect();
    if denied.is_empty() {
        return Vec::new();
    }
    let statement = json!({"Effect": "Allow", "Action": denied, "Resource": "*"});
    vec![format!("this statement in the caller's policy would grant it: {statement}")]
}
