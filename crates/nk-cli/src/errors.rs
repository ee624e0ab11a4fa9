//! Everything that ends a command early, and how it is shown.

mod marked;

use std::{
    io::{self, Write},
    slice,
};

use marked::graphical;
use nk_engine::{CloudError, LockError, Nature, grant_hint};
use nk_local::LocalError;
use nk_model::Guard;
use nk_plan::{PlanError, Problem};
use nk_report::{Complaint, Styles, complaint_json, complaint_text};
use nk_stack::{Problems, Stack};
use serde_json::json;

use crate::{advice::Flags, arguments::Global, exit::Exit};

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
    #[error("there is no part {number}; the policy has {parts}")]
    NoPart { number: usize, parts: usize },
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
    #[error("what is no longer in the stack file, or is to be replaced, is guarded")]
    Kept(Vec<Guard>),
    #[error("something has changed since the plan was shown")]
    Overtaken,
    #[error("interrupted before any step was begun")]
    Interrupted,
    #[error("{0}")]
    Lock(LockError),
    #[error("the lock was not given back")]
    Unreleased { error: Option<CloudError>, exit: Exit },
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
    #[error("cannot write the trace `{path}`: {reason}")]
    TraceFile { path: String, reason: String },
    #[error("cannot read the trace `{path}`: {reason}")]
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
            Self::Plan(error) if error.problems.iter().all(is_in_the_stack_file) => Exit::StackFile,
            Self::Interrupted => Exit::Interrupted,
            // What the run came to, where that says more.
            Self::Unreleased { exit, .. } | Self::Unsettled { exit } if *exit != Exit::Done => {
                *exit
            }
            _ => Exit::Failed,
        }
    }

    /// What lies beneath, a line each.
    fn causes(&self) -> Vec<String> {
        match self {
            Self::Connecting { error, .. } | Self::Unreleased { error: Some(error), .. } => {
                vec![error.to_string()]
            }
            Self::Cloud(errors) => errors.iter().map(ToString::to_string).collect(),
            Self::Plan(error) => error.problems.iter().map(ToString::to_string).collect(),
            Self::Problems(problems) => problems
                .iter()
                .map(|one| format!("{}:{}: {}", one.line, one.column, one.message))
                .collect(),
            Self::Guarded(guards) | Self::Kept(guards) => guards
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
                let mut hints: Vec<_> = error.problems.iter().filter_map(Problem::hint).collect();
                hints.dedup();
                hints
            }
            Self::Guarded(guards) if guards.iter().all(|guard| guard.liftable) => {
                vec![
                    "`nk destroy --unprotect` lifts protection, empties what is full, lets go what no \
                     snapshot can save, and leaves what is not this stack's and what it keeps; \
                     nothing was changed"
                        .to_owned(),
                ]
            }
            Self::Guarded(_) | Self::SecretShape { .. } => vec!["nothing was changed".to_owned()],
            Self::Kept(_) => vec![
                "put it back into the stack file, or lift first what guards it: protection by \
                 `protect = false` and an apply, images, users and lost data by hand; nothing was \
                 changed"
                    .to_owned(),
            ],
            Self::Overtaken => vec!["run the same command again to see the new plan".to_owned()],
            Self::Lock(LockError::Held { age_seconds, .. }) => vec![format!(
                "its last sign of life was {age_seconds} s ago; 90 s without one and the lock is free, \
                 or `nk unlock` removes it"
            )],
            Self::Lock(LockError::Cloud(error)) => cloud_hints(slice::from_ref(error)),
            Self::Unreleased { error, .. } => {
                let grants = cloud_hints(error.as_slice());
                let expires =
                    "it is free 90 s after its last sign of life, or `nk unlock` removes it";
                grants.into_iter().chain([expires.to_owned()]).collect()
            }
            Self::Unsettled { .. } => vec![
                "it is free 90 s after its last sign of life; by then AWS shows what was made, and \
                 the same command goes on from here"
                    .to_owned(),
            ],
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
            Self::SecretOfDatabase(_) => vec![
                "change it in RDS and in Secrets Manager by hand, and then start the services anew; \
                 nothing was changed"
                    .to_owned(),
            ],
            Self::SecretMissing(_) => vec!["`nk apply` makes it".to_owned()],
            _ => Vec::new(),
        }
    }

    /// Prints it on standard error; as one line of JSON if asked to.
    pub(crate) fn print(&self, global: &Global) {
        let flags = Flags::of(global);
        let text = if global.json {
            complaint_json(&self.complaint(&flags))
        } else {
            self.text(&Styles::of(&io::stderr()), &flags)
        };
        // Who closed the stream does not want to read it; the exit code says it as well.
        let _ = anstream::stderr().write_all(text.as_bytes());
    }

    fn complaint(&self, flags: &Flags) -> Complaint {
        let hints = self.hints();
        let hint = (!hints.is_empty()).then(|| flags.complete(&hints.join("\n")));
        let mistakes = match self {
            Self::Problems(problems) => problems.iter().map(|mistake| json!(mistake)).collect(),
            _ => Vec::new(),
        };
        Complaint { error: self.to_string(), causes: self.causes(), hint, mistakes }
    }

    fn text(&self, styles: &Styles, flags: &Flags) -> String {
        match self {
            Self::Problems(problems) => graphical(problems, styles),
            // Each has its own way out.
            Self::Plan(error) if error.problems.len() > 1 => {
                let texts: Vec<_> = error
                    .problems
                    .iter()
                    .map(|problem| {
                        let hint = problem.hint().map(|hint| flags.complete(&hint));
                        Complaint::of(problem).with_hint(hint)
                    })
                    .map(|complaint| complaint_text(&complaint, styles))
                    .collect();
                texts.join("\n")
            }
            _ => complaint_text(&self.complaint(flags), styles),
        }
    }
}

/// Whether only another stack file would help.
fn is_in_the_stack_file(problem: &Problem) -> bool {
    match problem {
        Problem::Unknown { .. }
        | Problem::NoSuchOutput { .. }
        | Problem::Circle(_)
        | Problem::Spec { .. } => true,
        Problem::Foreign { .. }
        | Problem::Twins { .. }
        | Problem::Irreplaceable { .. }
        | Problem::Precious { .. }
        | Problem::Pinned { .. }
        | Problem::Occupied { .. }
        | Problem::Lost { .. }
        | Problem::Fault(_) => false,
    }
}

/// What to do about answers that make no sense.
const SOMETHING_ELSE: &str = "something else than AWS answers: see what AWS_ENDPOINT_URL says if it is \
                              set, and whether a proxy is in the way";

fn connecting_hint(error: &CloudError, region: &str) -> Vec<String> {
    match error.nature {
        Nature::Credentials => vec![
            "sign in (`aws sso login`), choose a profile (`--profile`), or rehearse without an account \
             (`--local`)"
                .to_owned(),
        ],
        Nature::Unreachable | Nature::Ambiguous => vec![format!(
            "see whether the network is up, whether `{region}` is a region of AWS, and what \
             AWS_ENDPOINT_URL says if it is set"
        )],
        Nature::Garbled => vec![SOMETHING_ELSE.to_owned()],
        _ => Vec::new(),
    }
}

fn cloud_hints(errors: &[CloudError]) -> Vec<String> {
    let grants = grant_hint(errors);
    let garbled = errors.iter().any(|error| error.nature == Nature::Garbled);
    grants.into_iter().chain(garbled.then(|| SOMETHING_ELSE.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use nk_engine::Holder;
    use nk_model::Address;
    use nk_stack::Source;

    use super::*;

    fn text(error: &Error) -> String {
        error.text(&Styles::default(), &Flags::default())
    }

    fn refused(operation: &str, nature: Nature) -> CloudError {
        CloudError { nature, ..CloudError::refused(operation, "not now") }
    }

    #[test]
    fn every_failed_call_is_named_with_what_would_grant_it() {
        let calls = vec![
            refused("ec2:DescribeVpcs", Nature::Denied),
            refused("iam:ListRoles", Nature::Throttled),
        ];
        let printed = text(&Error::Cloud(calls));
        assert!(printed.contains("\n  ec2:DescribeVpcs was refused: not now\n"), "{printed}");
        assert!(printed.contains("\n  iam:ListRoles was throttled: not now\n"), "{printed}");
        assert!(printed.contains(r#"{"Action":["ec2:DescribeVpcs"]"#), "{printed}");
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
        let printed = text(&Error::Lock(LockError::Held { holder, age_seconds: 12 }));
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
