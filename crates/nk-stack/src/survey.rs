//! What is known of AWS when a stack is expanded.

use std::collections::BTreeSet;

use nk_kinds::{EngineVersion, cognito::IdentityProvider};
use nk_model::{Kind, Observed, Owner};

/// What is known of AWS when a stack is expanded. Every field may be unknown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// The account.
    pub account: Option<String>,
    /// The identity providers (`google`, `line`, `x`) whose credentials are in the secret.
    pub credentials: BTreeSet<String>,
    /// The identity providers that already exist, whether or not the secret still contains their
    /// credentials.
    pub providers: BTreeSet<String>,
    /// The versions of the database's engine that can be created; empty if that is not known.
    pub engine_versions: Vec<EngineVersion>,
    /// A certificate to use if the stack file names none.
    pub certificate: Option<String>,
    /// ACM's status of the certificate that the stack file names, such as `ISSUED`, or `NOT_FOUND`;
    /// none if it was not asked for.
    pub certificate_status: Option<String>,
    /// The date, such as `2026-11-22`.
    pub today: Option<String>,
}

impl Survey {
    /// The same, after a look at what exists.
    #[must_use]
    pub fn seeing(self, observed: &Observed) -> Self {
        let ours = observed.found.iter().filter(|live| live.owner == Owner::Ours);
        let providers = ours.filter(|live| live.address.kind() == IdentityProvider::KIND);
        let providers = providers.map(|live| live.address.name().to_owned()).collect();
        Self { providers, ..self }
    }
}
