//! What sections ask of each other, and the names that come of them together.

pub(crate) mod names;

use nk_model::{Address, Desired};

use crate::{Stack, problem::Problem, tree::Table};

/// A stack whose sections are checked against each other.
pub(crate) struct Check<'a> {
    pub(crate) stack: &'a Stack,
    /// What it asks for, as far as it could be read.
    pub(crate) desired: &'a Desired,
    /// What it may ask for with other sections.
    pub(crate) fixed: Vec<Address>,
    /// Whether all of it could be read: otherwise a reference to what is not there may well be right.
    pub(crate) whole: bool,
    pub(crate) table: &'a Table,
    pub(crate) problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    /// Notes a problem.
    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Whether the file has a section, be it right or wrong.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Checks that a section finds the network that it needs. AWS puts load balancers and databases into
    /// two zones or none.
    pub(crate) fn stands(&mut self, key: &str, needed: usize, zones: usize) {
        let Some(node) = self.table.get(key).filter(|_| needed > 0) else { return };
        if !self.has("network") {
            let message = format!("`{key}` needs a network to stand in");
            let problem = Problem::new(&node.key, message, "no `[network]` in this stack");
            self.report(problem.help("add a `[network]` section"));
        } else if zones == 1 && needed > 1 {
            let message = format!("`{key}` needs subnets in at least two zones");
            let problem = Problem::new(&node.key, message, "the network has one zone");
            self.report(problem.help("add a zone to `network.zones`"));
        }
    }
}
