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

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read the stack file `{path}`")]
    StackFile { path: String, source: io::Error },
    #[error("{}", which_stack(.0))]
    WhichStack(Vec<String>),
    #[error("which environment?")]
    WhichEnvironment(Vec<String>),
    #[error("the stack file is wrong")]
    Problems(#[from] Problems),
    #[error("the environment says region {environment}, the stack file says {stack}")]
    Region { environment: String, stack: String },
    #[error("the stack file says account {stack}, but the credentials are of account {caller}")]
    Account { stack: String, caller: String },
    #[error("`--local` works on this machine, and AWS_ENDPOINT_URL says {endpoint}")]
    NotHere { endpoint: String },
    #[error("there is no part {number}; the policy has {parts}")]
    NoPart { number: usize, parts: usize },
    #[error("cannot start")]
    Runtime(#[source] io::Error),
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
    #[error("there is no way from what exists to what the stack file says")]
    Plan(#[from] PlanError),
    #[error("what is to go is guarded")]
    Guarded(Vec<Guard>),
    #[error("what is no longer in the stack file, or is to be replaced, is guarded")]
    Kept(Vec<Guard>),
    #[error("something has changed since the plan was shown")]
    Overtaken,
    #[error("interrupted before any step was begun")]
    Interrupted,
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("the lock was not given back")]
    Unreleased {
        #[source]
        error: Option<CloudError>,
        exit: Exit,
    },
    #[error("the lock is kept: what became of a create that was cut off is not known yet")]
    Unsettled { exit: Exit },
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
    #[error("`{key}` does not fit into the secret `{secret}`: {why}")]
    SecretShape { secret: String, key: String, why: String },
    #[error("the password in `{0}` is not set here: the database would not learn of it")]
    SecretOfDatabase(String),
    #[error("cannot write the trace `{path}`")]
    TraceFile { path: String, source: io::Error },
    #[error("cannot read the trace `{path}`")]
    Trace { path: String, source: Box<dyn std::error::Error> },
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
            // What the run came to, where that says more.
            Self::Unreleased { exit, .. } | Self::Unsettled { exit } if *exit != Exit::Done => {
                *exit
            }
            _ => Exit::Failed,
        }
    }

    /// What AWS said.
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

    /// What lies beneath, where that is a list.
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

    /// What to do next.
    fn hints(&self) -> Vec<Hint> {
        let mut hints: Vec<_> = advice::of_all(self.cloud()).into_iter().map(Hint::from).collect();
        match self {
            Self::Plan(error) => hints.extend(error.problems.iter().filter_map(Problem::hint)),
            _ => hints.extend(self.hint()),
        }
        hints.dedup();
        hints
    }

    /// What to do about what is not AWS's.
    fn hint(&self) -> Option<Hint> {
        Some(match self {
            Self::WhichStack(found) if found.is_empty() => "name one with `--stack`".into(),
            Self::WhichStack(found) => {
                format!("name one with `--stack`: {}", found.join(", ")).into()
            }
            Self::WhichEnvironment(found) => {
                let found = found.join(", ");
                format!("say `--env` or set ENVIRONMENT; the stack file has: {found}").into()
            }
            Self::Region { stack, .. } => {
                format!("set AWS_REGION={stack}, or change `region`").into()
            }
            Self::Account { .. } => {
                "use the credentials of that account (`--profile`), or change `account`".into()
            }
            Self::NotHere { .. } => "unset AWS_ENDPOINT_URL, or leave `--local` out".into(),
            Self::Local(error) => error.hint()?.into(),
            Self::Lock(error) => error.hint()?,
            Self::Guarded(guards) if guards.iter().all(|guard| guard.liftable) => {
                Hint::from("run ").command("nk destroy --unprotect").then(LIFTS)
            }
            Self::Guarded(_) | Self::SecretShape { .. } => "nothing was changed".into(),
            Self::Kept(_) => KEPT.into(),
            Self::Overtaken => "run the same command again to see the new plan".into(),
            Self::Unreleased { .. } => {
                Hint::from("it is free 90 s after its last sign of life, or ")
                    .command("nk unlock")
                    .then(" removes it")
            }
            Self::Unsettled { .. } => UNSETTLED.into(),
            Self::NobodyToAsk { command } => Hint::from("run ").command(format!("{command} --yes")),
            Self::SecretInput(_) => {
                "type it at the prompt, pipe it in, or name a file with `--from-file`".into()
            }
            Self::NoSuchSecret { known, .. } | Self::NoSuchOutput { known, .. } => {
                format!("known: {}", known.join(", ")).into()
            }
            Self::SecretOfDatabase(_) => OF_DATABASE.into(),
            Self::SecretMissing(_) => {
                Hint::from("run ").command("nk apply").then(", which makes it")
            }
            _ => return None,
        })
    }

    /// Prints it on standard error; as one line of JSON if asked to.
    pub(crate) fn print(&self, global: &Global) {
        let flags = global.flags();
        let text = if global.json {
            complaint_json(&self.complaint(&flags))
        } else {
            self.text(&Styles::of(&io::stderr()), &flags)
        };
        // Who closed the stream does not want to read it; the exit code says it as well.
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
            // Each has its own way out.
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

const LIFTS: &str = ", which lifts protection, empties what is full, lets go what no snapshot can save, \
                     and leaves what is not this stack's and what it keeps; nothing was changed";
const KEPT: &str = "put it back into the stack file, or lift first what guards it: protection by \
                    `protect = false` and an apply, images, users and lost data by hand; nothing was \
                    changed";
const UNSETTLED: &str = "it is free 90 s after its last sign of life; by then AWS shows what was made, \
                         and the same command goes on from here";
const OF_DATABASE: &str = "change it in RDS and in Secrets Manager by hand, and then start the services \
                           anew; nothing was changed";

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
