//! What sections require of each other, and the names that they give together.

pub(crate) mod names;

use nk_model::Desired;

use crate::{Stack, problem::Problem, tree::Table};

/// A stack whose sections are checked against each other.
pub(crate) struct Check<'a> {
    pub(crate) stack: &'a Stack,
    /// The resources that it describes, as far as it could be read.
    pub(crate) desired: &'a Desired,
    /// Whether all of it could be read. If not, a reference to something unknown may be right.
    pub(crate) whole: bool,
    pub(crate) table: &'a Table,
    pub(crate) problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    /// Records a mistake.
    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Whether the file has a section, valid or not.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Checks that a section has the network that it needs. AWS requires two zones for load
    /// balancers and databases.
    pub(crate) fn stands(&mut self, key: &str, needed: usize, zones: usize) {
        let Some(node) = self.table.get(key).filter(|_| needed > 0) else { return };
        if !self.has("network") {
            let message = format!("`{key}` needs a network");
            let problem = Problem::new(&node.key, message, "there is no `[network]`");
            self.report(problem.help("add a `[network]` section"));
        } else if zones == 1 && needed > 1 {
            let message = format!("`{key}` needs at least two zones");
            let problem = Problem::new(&node.key, message, "the network has only one");
            self.report(problem.help("add a zone to `network.zones`"));
        }
    }
}
