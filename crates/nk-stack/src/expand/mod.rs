//! From a stack to the resources it asks for, section by section.

mod auth;
mod dashboard;
mod database;
mod load_balancer;
mod network;
mod observation;
mod roles;
mod secrets;
mod security;
mod services;

use nk_kinds::Tags;
use nk_model::{Address, Desired, Kind, Note};

use crate::{Stack, Survey, lint, section::Zone};

/// A stack being expanded.
struct Expansion<'a> {
    stack: &'a Stack,
    survey: &'a Survey,
    desired: Desired,
}

impl Stack {
    /// The resources that this stack asks for, and what a reader of the plan should know.
    ///
    /// What the survey leaves open is left out where it must be known (an identity provider
    /// without credentials), and stands in for itself where it need not (the account in a name).
    pub fn expand(&self, survey: &Survey) -> Desired {
        let desired = Desired::nothing(self.id.clone());
        let mut expansion = Expansion { stack: self, survey, desired };
        expansion.network();
        expansion.security_groups();
        expansion.secrets();
        expansion.roles();
        expansion.auth();
        expansion.database();
        expansion.load_balancer();
        expansion.services();
        expansion.observation();
        let mut desired = expansion.desired;
        desired.notes.extend(lint::lint(self, survey));
        desired
    }
}

impl Expansion<'_> {
    /// A physical name: the stack's prefix and this.
    fn name(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.stack.id.prefix())
    }

    /// A physical name for services that know no upper case.
    fn lower_name(&self, suffix: &str) -> String {
        self.name(suffix).to_lowercase()
    }

    /// The tags of the resource called `name`, which AWS calls `physical`.
    fn tags<K: Kind>(&self, name: &str, physical: &str) -> Tags {
        Tags::new(&self.stack.id, &Address::new(K::KIND, name), physical)
    }

    fn zones(&self) -> &[Zone] {
        self.stack.network.as_ref().map_or(&[], |network| &network.zones)
    }

    fn note(&mut self, about: impl Into<String>, text: impl Into<String>, settle: Option<&str>) {
        let settle = settle.map(str::to_owned);
        self.desired.notes.push(Note { about: about.into(), text: text.into(), settle });
    }
}
