//! Everything that ends a command early, and how it is shown.

mod marked;

use std::{
    io::{self, Write},
    slice,
};

use marked::graphical;
use nk_engine::{CloudError, LockError};
use nk_local::LocalError;
use nk_model::{Guard, Hint};
use nk_plan::{PlanError, Problem};
use nk_report::{Complaint, Styles, complaint_json, complaint_text};
use nk_stack::Problems;
use serde_json::json;

use crate::{advice, arguments::Global, exit::Exit};

/// The reason why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("could not read the stack file `{path}`: {reason}")]
    StackFile { path: String, reason: String },
    #[error("{}", which_stack(.0))]
    WhichStack(Vec<String>),
    #[error("no environment is given")]
    WhichEnvironment(Vec<String>),
    #[error("the stack file has mistakes")]
    Problems(#[from] Problems),
    #[error("AWS_REGION is {environment}, but the region in the stack file is {stack}")]
    Region { environment: String, stack: String },
    #[error(
        "the account in the stack file is {stack}, but the credentials belong to account \
             {caller}"
    )]
    Account { stack: String, caller: String },
    #[error("`--local` uses an emulator on this machine, but AWS_ENDPOINT_URL is {endpoint}")]
    NotHere { endpoint: String },
    #[error("the policy has no part {number}; it has {parts}")]
    NoPart { number: usize, parts: usize },
    #[error("could not start the runtime: {0}")]
    Runtime(String),
    #[error("could not connect to AWS in {region}")]
    Connecting {
        #[source]
        error: CloudError,
        region: String,
    },
    #[error("could not read from AWS")]
    Reading(Vec<CloudError>),
    #[error("a call to AWS failed")]
    Call(#[from] CloudError),
    #[error(transparent)]
    Local(#[from] LocalError),
    #[error("cannot plan this change")]
    Plan(#[from] PlanError),
    #[error("this destroy is blocked by protection")]
    Guarded(Vec<Guard>),
    #[error("this plan is blocked by protection")]
    Kept(Vec<Guard>),
    #[error("the plan has changed since it was shown")]
    Overtaken,
    #[error("interrupted before the first step")]
    Interrupted,
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("could not release the lock")]
    Unreleased {
        #[source]
        error: Option<CloudError>,
        exit: Exit,
    },
    #[error(
        "the lock is not released: it is not known yet whether an interrupted create succeeded"
    )]
    Unsettled { exit: Exit },
    #[error("cannot ask for confirmation without a terminal")]
    NobodyToAsk { command: String },
    #[error("could not read the value: {0}")]
    SecretInput(String),
    #[error("the stack file has no secret `{name}`")]
    NoSuchSecret { name: String, known: Vec<String> },
    #[error("the secret `{0}` does not exist yet")]
    SecretMissing(String),
    #[error("the secret `{secret}` has no key `{key}`")]
    NoSuchKey { secret: String, key: String },
    #[error("could not set `{key}` in the secret `{secret}`: {why}")]
    SecretShape { secret: String, key: String, why: String },
    #[error("cannot set the password in `{0}`, because the database would keep the old one")]
    SecretOfDatabase(String),
    #[error("could not write the trace `{path}`: {reason}")]
    TraceFile { path: String, reason: String },
    #[error("could not read the trace `{path}`: {reason}")]
    Trace { path: String, reason: String },
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

impl From<Vec<CloudError>> for Error {
    fn from(errors: Vec<CloudError>) -> Self {
        Self::Reading(errors)
    }
}

impl Error {
    /// The exit code it ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Problems(_)
            | Self::StackFile { .. }
            | Self::WhichStack(_)
            | Self::WhichEnvironment(_) => Exit::StackFile,
            Self::Plan(error) if error.problems.iter().all(Problem::is_in_the_stack_file) => {
                Exit::StackFile
            }
            Self::Interrupted => Exit::Interrupted,
            // The result of the run, if that says more.
            Self::Unreleased { exit, .. } | Self::Unsettled { exit } if *exit != Exit::Done => {
                *exit
            }
            _ => Exit::Failed,
        }
    }

    /// The answer of AWS.
    fn cloud(&self) -> &[CloudError] {
        match self {
            Self::Reading(errors) => errors,
            Self::Connecting { error, .. }
            | Self::Call(error)
            | Self::Lock(LockError::Cloud(error))
            | Self::Unreleased { error: Some(error), .. } => slice::from_ref(error),
            _ => &[],
        }
    }

    /// The causes, if there is a list of them.
    fn parts(&self) -> Option<Vec<String>> {
        Some(match self {
            Self::Reading(errors) => errors.iter().map(ToString::to_string).collect(),
            Self::Plan(error) => error.problems.iter().map(ToString::to_string).collect(),
            Self::Problems(problems) => problems
                .iter()
                .map(|one| format!("{}:{}: {}", one.line, one.column, one.message))
                .collect(),
            Self::Guarded(guards) | Self::Kept(guards) => guards
                .iter()
                .map(|guard| format!("`{}`: {}", guard.address, guard.reason))
                .collect(),
            _ => return None,
        })
    }

    /// What to do about it.
    fn hints(&self) -> Vec<Hint> {
        let mut hints: Vec<_> = advice::of_all(self.cloud()).into_iter().map(Hint::from).collect();
        match self {
            Self::Plan(error) => hints.extend(error.problems.iter().filter_map(Problem::hint)),
            _ => hints.extend(self.hint()),
        }
        hints.dedup();
        hints
    }

    /// What to do about errors that are not AWS's.
    fn hint(&self) -> Option<Hint> {
        Some(match self {
            Self::WhichStack(found) if found.is_empty() => "choose one with `--stack`".into(),
            Self::WhichStack(found) => {
                format!("choose one with `--stack`: {}", found.join(", ")).into()
            }
            Self::WhichEnvironment(found) => {
                let found = found.join(", ");
                format!("use `--env` or set ENVIRONMENT; the stack file has: {found}").into()
            }
            Self::Region { stack, .. } => {
                format!("set AWS_REGION={stack}, or change `region` in the stack file").into()
            }
            Self::Account { .. } => {
                "use credentials of that account (`--profile`), or change `account` in the stack \
                 file"
                    .into()
            }
            Self::NotHere { .. } => "unset AWS_ENDPOINT_URL, or omit `--local`".into(),
            Self::Local(error) => error.hint()?.into(),
            Self::Lock(error) => error.hint()?,
            Self::Guarded(guards) if guards.iter().all(|guard| guard.liftable) => {
                Hint::from("run ").command("nk destroy --unprotect").then(LIFTS)
            }
            Self::Guarded(_) | Self::SecretShape { .. } => "nothing was changed".into(),
            Self::Kept(_) => KEPT.into(),
            Self::Overtaken => "run the same command again to see the new plan".into(),
            Self::Unreleased { .. } => Hint::from("it expires 90 s after its last renewal; ")
                .command("nk unlock")
                .then(" removes it at once"),
            Self::Unsettled { .. } => UNSETTLED.into(),
            Self::NobodyToAsk { command } => Hint::from("run ").command(format!("{command} --yes")),
            Self::SecretInput(_) => {
                "type it at the prompt, pipe it to standard input, or name a file with \
                 `--from-file`"
                    .into()
            }
            Self::NoSuchSecret { known, .. } | Self::NoSuchOutput { known, .. } => {
                format!("available: {}", known.join(", ")).into()
            }
            Self::SecretOfDatabase(_) => OF_DATABASE.into(),
            Self::SecretMissing(_) => Hint::from("run ").command("nk apply").then(" to create it"),
            _ => return None,
        })
    }

    /// Prints it on standard error; as one line of JSON with `--json`.
    pub(crate) fn print(&self, global: &Global) {
        let flags = global.flags();
        let text = if global.json {
            complaint_json(&self.complaint(&flags))
        } else {
            self.text(&Styles::of(&io::stderr()), &flags)
        };
        // If the stream is closed, nobody wants to read it; the exit code says it as well.
        let _ = anstream::stderr().write_all(text.as_bytes());
    }

    fn complaint(&self, flags: &str) -> Complaint {
        let hints: Vec<_> = self.hints().iter().map(|hint| hint.text(flags)).collect();
        let mistakes = match self {
            Self::Problems(problems) => problems.iter().map(|mistake| json!(mistake)).collect(),
            _ => Vec::new(),
        };
        let chain = Complaint::of(self);
        Complaint {
            causes: self.parts().unwrap_or(chain.causes),
            hint: (!hints.is_empty()).then(|| hints.join("\n")),
            cloud: self.cloud().to_vec(),
            mistakes,
            error: chain.error,
        }
    }

    fn text(&self, styles: &Styles, flags: &str) -> String {
        match self {
            Self::Problems(problems) => graphical(problems, styles),
            // Each has its own advice.
            Self::Plan(error) if error.problems.len() > 1 => {
                let texts = error.problems.iter().map(|problem| {
                    let hint = problem.hint().map(|hint| hint.text(flags));
                    complaint_text(&Complaint::of(problem).with_hint(hint), styles)
                });
                texts.collect::<Vec<_>>().join("\n")
            }
            _ => complaint_text(&self.complaint(flags), styles),
        }
    }
}

const LIFTS: &str = " to turn off protection, empty repositories and user pools, delete databases \
                     of which no snapshot can be taken, and leave foreign resources and what they \
                     need; nothing was changed";
const KEPT: &str = "nothing was changed; put it back into the stack file, or remove the protection \
                    first: set `protect = false` and apply, and delete images and users by hand";
const UNSETTLED: &str = "it expires 90 s after its last renewal; by then AWS shows what was \
                         created, and the same command continues";
const OF_DATABASE: &str = "nothing was changed; change the password in RDS and in Secrets Manager \
                           by hand, and restart the services";

#[cfg(test)]
mod tests {
    use nk_engine::{Denied, Holder, Nature};
    use nk_model::Address;
    use nk_stack::Source;

    use super::*;

    fn text(error: &Error) -> String {
        error.text(&Styles::default(), "")
    }

    #[test]
    fn every_failed_call_is_named_with_what_would_grant_it() {
        let denied = Denied { action: "ec2:DescribeVpcs".into(), resource: "*".into() };
        let denied = CloudError {
            denied: Some(denied),
            ..CloudError::new(Nature::Denied, "ec2:DescribeVpcs", "not now")
        };
        let throttled = CloudError::new(Nature::Throttled, "iam:ListRoles", "not now");
        let printed = text(&Error::Reading(vec![denied, throttled]));
        assert!(printed.contains("\n  ec2:DescribeVpcs was refused: not now\n"), "{printed}");
        assert!(printed.contains("\n  iam:ListRoles was throttled: not now\n"), "{printed}");
        assert!(printed.contains(r#"{"Action":"ec2:DescribeVpcs""#), "{printed}");
    }

    #[test]
    fn every_problem_of_a_plan_has_its_own_hint() {
        let problem = |name: &str| Problem::Precious {
            address: Address::new("db-instance", name),
            id: format!("db-{name}"),
        };
        let error = Error::Plan(PlanError { problems: vec![problem("a"), problem("b")] });
        let printed = text(&error);
        assert_eq!(printed.matches("hint: put it back").count(), 2, "{printed}");
        assert_eq!(error.exit(), Exit::Failed);
        let circle = Problem::Circle(vec![Address::new("vpc", "main")]);
        assert_eq!(Error::Plan(circle.into()).exit(), Exit::StackFile);
    }

    #[test]
    fn what_guards_is_listed_whole() {
        let guard = |kind: &str, reason: &str, liftable| Guard {
            address: Address::new(kind, "main"),
            reason: reason.into(),
            liftable,
        };
        let error = Error::Guarded(vec![
            guard("db-instance", "deletion protection is on", true),
            guard("user-pool", "12 users would be lost", false),
        ]);
        let printed = text(&error);
        assert!(printed.contains("  `db-instance.main`: deletion protection is on\n"), "{printed}");
        assert!(printed.contains("  `user-pool.main`: 12 users would be lost\n"), "{printed}");
    }

    #[test]
    fn a_held_lock_says_whose_it_is_and_since_when() {
        let holder = Holder {
            holder: "ana (process 7)".into(),
            host: "ci-3".into(),
            command: "nk apply --env dev".into(),
            since: "2026-11-22 18:30:05 UTC".into(),
            nonce: "n".into(),
            over: None,
            ousts: None,
        };
        let printed =
            text(&Error::Lock(LockError::Held { holder, age: std::time::Duration::from_secs(12) }));
        let held = "ana (process 7) on ci-3 since 2026-11-22 18:30:05 UTC: `nk apply --env dev`";
        assert!(printed.contains(held), "{printed}");
        assert!(printed.contains("12 s ago"), "{printed}");
    }

    #[test]
    fn a_wrong_stack_file_is_shown_with_the_mistake_marked() {
        let source = Source { name: "stacks/a.toml".into(), text: "projekt = \"a\"\n".into() };
        let error = Error::Problems(nk_stack::read(&source, "dev").unwrap_err());
        let printed = text(&error);
        assert!(printed.contains("stacks/a.toml:1:1"), "{printed}");
        assert!(printed.contains("projekt"), "{printed}");
        assert_eq!(error.exit(), Exit::StackFile);
    }
}
