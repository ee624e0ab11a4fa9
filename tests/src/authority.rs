//! IAM, as far as nk uses it: what a policy does not allow is refused, in AWS's words.

mod demands;
mod parameters;
mod policy;

use std::{collections::BTreeSet, sync::Mutex};

pub use demands::changing_operations;
use demands::demands;
use hyper::header::HeaderValue;
pub use policy::{Demand, Policy};

use crate::proxy::{Before, Call, Refusal, Rule};

/// Allows what a policy allows. Everything in the account belongs to one stack.
pub struct Authority {
    policy: Policy,
    owner: String,
    without: BTreeSet<String>,
    seen: Mutex<Seen>,
}

/// What an authority has seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The actions that were asked for.
    pub asked: BTreeSet<String>,
    /// The actions that were refused because they had been removed.
    pub missed: BTreeSet<String>,
    /// The refusals of what the whole policy does not allow either.
    pub refused: Vec<String>,
}

impl Authority {
    /// With this policy without these actions, in an account in which everything has the tag of the
    /// stack `owner`.
    pub fn new(policy: Policy, owner: &str, without: BTreeSet<String>) -> Self {
        Self { policy, owner: owner.to_owned(), without, seen: Mutex::default() }
    }

    /// What it has seen.
    ///
    /// # Panics
    ///
    /// When a connection's task has panicked.
    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("no connection has panicked").clone()
    }

    fn allows(&self, demand: &Demand, seen: &mut Seen) -> bool {
        seen.asked.insert(demand.action.clone());
        if !self.policy.allows(demand) {
            seen.refused.push(format!("{demand:?}"));
            return false;
        }
        let missing = self.without.contains(&demand.action);
        if missing {
            seen.missed.insert(demand.action.clone());
        }
        !missing
    }
}

impl Rule for Authority {
    fn before(&self, call: &Call) -> Before {
        let demands = demands(call, &self.owner);
        let mut seen = self.seen.lock().expect("nothing panics while it holds this lock");
        let Some(demands) = demands else {
            let unknown = format!("{} is not in the table of actions", call.name());
            seen.refused.push(unknown.clone());
            return Before::Refuse(Refusal::new(400, "AccessDenied", &unknown));
        };
        match demands.into_iter().find(|demand| !self.allows(demand, &mut seen)) {
            None => Before::Pass,
            Some(demand) => Before::Refuse(denied(call, &demand)),
        }
    }

    /// A run that may not remove its lock must not keep the next run from working.
    fn date(&self) -> Option<HeaderValue> {
        Some(HeaderValue::from_static("Fri, 01 Jan 2060 00:00:00 GMT"))
    }
}

/// How the service of this call reports that IAM does not allow something.
fn denied(call: &Call, Demand { action, resource, .. }: &Demand) -> Refusal {
    let message = format!(
        "User: arn:aws:iam::123456789012:user/test is not authorized to perform: {action} on \
         resource: {resource} because no identity-based policy allows the {action} action"
    );
    match call.service.as_str() {
        "ec2" => {
            let message = format!("You are not authorized to perform this operation. {message}");
            Refusal::new(403, "UnauthorizedOperation", &message)
        }
        "elasticloadbalancing" | "iam" | "monitoring" | "rds" => {
            Refusal::new(403, "AccessDenied", &message)
        }
        _ => Refusal::new(400, "AccessDeniedException", &message),
    }
}
