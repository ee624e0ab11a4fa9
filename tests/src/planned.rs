//! A plan in the form that tests compare.

use std::collections::{BTreeMap, BTreeSet};

use nk_model::{Action, Plan};

use crate::rig::{Rig, Said};

/// By address, what is done and which fields differ.
pub type Shown = BTreeMap<String, (Vec<Action>, BTreeSet<String>)>;

impl Rig {
    /// Plans for an environment with `--json`.
    ///
    /// # Panics
    ///
    /// If there is no plan, or one that cannot be read.
    pub async fn plan(&self, environment: &str) -> Plan {
        planned(&self.nk(&["plan", "--env", environment, "--json"]).await.with_code(0))
    }

    /// Applies without asking.
    pub async fn apply(&self, environment: &str) -> Said {
        self.nk(&["apply", "--env", environment, "--yes"]).await
    }
}

/// The plan in the output of nk.
///
/// # Panics
///
/// If there is none.
pub fn planned(said: &Said) -> Plan {
    let line = said.out.lines().find(|line| line.contains(r#""event":"planned""#));
    let line = line.unwrap_or_else(|| panic!("no plan:\n{}\n{}", said.out, said.err));
    serde_json::from_str(line).expect("a plan as documented")
}

/// The contents of a plan.
pub fn shown(plan: &Plan) -> Shown {
    let mut shown = Shown::new();
    for step in &plan.steps {
        let (actions, paths) = shown.entry(step.address.to_string()).or_default();
        actions.push(step.action);
        paths.extend(step.changes.iter().map(|change| change.path.clone()));
    }
    shown
}
