//! The reasons why there is no plan.

use std::fmt;

use nk_model::{Address, Hint};

use crate::check::Fault;

/// All reasons why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// At least one.
    pub problems: Vec<Problem>,
}

/// One reason why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A reference to a resource that does not exist in the stack.
    #[error("`{from}` refers to `{to}`, which is not in the stack")]
    Unknown {
        /// Who refers.
        from: Address,
        /// To what.
        to: String,
    },
    /// A reference to an output that the kind does not have.
    #[error("`{from}` refers to `{to}`, but the kind has no such output; its outputs are: {known}")]
    NoSuchOutput {
        /// Who refers.
        from: Address,
        /// To what.
        to: String,
        /// The outputs that exist.
        known: String,
    },
    /// Resources that refer to each other in a circle.
    #[error("these resources depend on each other in a circle: {}", list(.0))]
    Circle(Vec<Address>),
    /// A spec that its kind does not accept.
    #[error("the specification of `{address}` is not valid: {message}")]
    Spec {
        /// Whose spec.
        address: Address,
        /// What is wrong.
        message: String,
    },
    /// A resource with one of the stack's names that does not belong to it.
    #[error("`{address}` already exists as `{id}` and is not managed by nk: {lacks}")]
    Foreign {
        /// The address that it blocks.
        address: Address,
        /// What AWS calls it.
        id: String,
        /// What is missing in its tags.
        lacks: String,
    },
    /// Several resources at one address, none of which is provably superfluous.
    #[error("`{address}` exists {} times: {}", .ids.len(), .ids.join(", "))]
    Twins {
        /// The address.
        address: Address,
        /// What AWS calls them.
        ids: Vec<String>,
    },
    /// A replacement that the kind refuses.
    #[error("`{address}` would have to be replaced: {because}")]
    Irreplaceable {
        /// The resource.
        address: Address,
        /// What cannot be changed in place.
        because: String,
        /// Why it is not replaced, and how to proceed by hand.
        why: &'static str,
    },
    /// A resource that cannot be deleted while another one stays.
    #[error("cannot delete `{address}` ({id}): it is used by `{by}`")]
    Pinned {
        /// What would be deleted.
        address: Address,
        /// What AWS calls it.
        id: String,
        /// What stays.
        by: Address,
        /// The reason, and how to proceed by hand.
        why: &'static str,
    },
    /// A missing resource for which a new one would not do while another resource exists.
    #[error("`{address}` is missing, and a new one would not work for `{by}` ({id})")]
    Lost {
        /// What is missing.
        address: Address,
        /// What needs it.
        by: Address,
        /// Its id at AWS.
        id: String,
        /// The reason, and how to proceed by hand.
        why: String,
    },
    /// A new resource in the place of one that is deleted only after the new one exists.
    #[error(
        "cannot create `{address}` while `{by}` ({id}) is in its place, and `{by}` is in use until \
         `{address}` exists"
    )]
    Occupied {
        /// What would be created.
        address: Address,
        /// What would be deleted.
        by: Address,
        /// Its id at AWS.
        id: String,
    },
    /// A precious resource that the stack file no longer mentions.
    #[error(
        "`{address}` ({id}) is no longer in the stack file, and deleting it would lose its data"
    )]
    Precious {
        /// The resource.
        address: Address,
        /// What AWS calls it.
        id: String,
    },
    /// A bug in the planner.
    #[error("the plan is inconsistent: {0}")]
    Fault(Fault),
}

impl Problem {
    /// Whether only another stack file can solve it.
    pub fn is_in_the_stack_file(&self) -> bool {
        matches!(
            self,
            Self::Unknown { .. } | Self::NoSuchOutput { .. } | Self::Circle(_) | Self::Spec { .. }
        )
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<Hint> {
        Some(match self {
            Self::Foreign { id, .. } => format!(
                "change `project` in the stack file, or delete `{id}` by hand if it is not needed"
            )
            .into(),
            Self::Twins { .. } => "delete all but the one in use by hand".into(),
            Self::Irreplaceable { why, .. } | Self::Pinned { why, .. } => (*why).into(),
            Self::Lost { why, .. } => why.clone().into(),
            Self::Occupied { address, .. } => {
                format!("apply twice: first without `{address}`, or with another range for it")
                    .into()
            }
            Self::Precious { address, .. } => {
                Hint::from("put it back into the stack file, or run ")
                    .command(format!("nk apply --remove {address}"))
            }
            Self::Fault(_) => "this is a bug in nk; nothing was changed".into(),
            _ => return None,
        })
    }
}

fn list(addresses: &[Address]) -> String {
    let texts: Vec<_> = addresses.iter().map(|address| format!("`{address}`")).collect();
    texts.join(", ")
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.problems.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PlanError {}

impl From<Vec<Fault>> for PlanError {
    fn from(faults: Vec<Fault>) -> Self {
        Self { problems: faults.into_iter().map(Problem::Fault).collect() }
    }
}

impl From<Problem> for PlanError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}
