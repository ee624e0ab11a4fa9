//! The sections of a stack file, and what they describe together.

mod alarms;
mod auth;
mod cost;
mod database;
mod load_balancer;
mod logs;
mod network;
mod services;

use nk_model::Desired;

use self::{
    alarms::Alarms, auth::Auth, database::Database, load_balancer::LoadBalancer, logs::Logs,
    network::Network, services::Services,
};
pub use self::{cost::Cost, network::address_note};
use crate::{
    Stack, Survey, check,
    check::Check,
    decode::Fields,
    expansion::Expansion,
    problem::{Problem, Span},
    section::SectionInfo,
    tree::Table,
};

/// All sections. The later ones see what the earlier ones describe.
const SECTIONS: &[SectionInfo] = &[
    SectionInfo::of::<Network>(),
    SectionInfo::of::<Database>(),
    SectionInfo::of::<Auth>(),
    SectionInfo::of::<LoadBalancer>(),
    SectionInfo::of::<Services>(),
    SectionInfo::of::<Logs>(),
    SectionInfo::of::<Alarms>(),
    SectionInfo::of::<Cost>(),
];

/// Reads the sections of a file into a stack without sections, and records every mistake.
pub(crate) fn read(file: &mut Fields<'_, '_>, stack: Stack) -> Stack {
    let read = |info: &SectionInfo| Some((info.key, (info.read)(file, &stack)?));
    let sections = SECTIONS.iter().filter_map(read).collect();
    Stack { sections, ..stack }
}

/// Checks a stack across its sections. A section that could not be read has been reported already,
/// and causes no further reports.
pub(crate) fn check(stack: &Stack, table: &Table, project: &Span, problems: &mut Vec<Problem>) {
    let whole = problems.is_empty();
    let desired = stack.expand(&Survey::default());
    let mut check = Check { stack, desired: &desired, whole, table, problems };
    for section in SECTIONS {
        check.stands(section.key, section.zones, stack.zones());
    }
    if !stack.id.project.is_empty() {
        let chosen = SECTIONS.iter().flat_map(|section| (section.names)(stack)).collect();
        check::names::check(&mut check, &chosen, project);
    }
    for section in SECTIONS {
        (section.check)(&mut check);
    }
}

impl Stack {
    /// The resources of this stack, and what the reader of a plan should know.
    ///
    /// What the survey does not answer is left out if it must be known (an identity provider
    /// without credentials), and replaced by a fixed value if not (the account in a name).
    pub fn expand(&self, survey: &Survey) -> Desired {
        let mut expansion = Expansion::new(self, survey);
        for section in SECTIONS {
            (section.expand)(&mut expansion);
        }
        for section in SECTIONS.iter().rev() {
            (section.lint)(&mut expansion);
        }
        expansion.desired
    }

    /// A survey in which everything exists that the stack waits for: with it, the stack describes
    /// all resources that it will ever describe.
    pub fn awaited(&self) -> Survey {
        let certificate = self.wants_certificate().then(|| "(a certificate)".to_owned());
        let (account, credentials) = (self.account.clone(), self.providers());
        Survey { account, credentials, certificate, ..Survey::default() }
    }

    /// What to look for: what this survey leads to, and the identity providers that would be kept
    /// without their credentials.
    pub fn sought(&self, survey: &Survey) -> Desired {
        self.expand(&Survey { credentials: self.providers(), ..survey.clone() })
    }

    /// Whether it has only `[auth]`, and nothing beyond Cognito and its secrets.
    pub fn is_only_auth(&self) -> bool {
        let others = SECTIONS.iter().filter(|section| section.key != "auth");
        others.filter(|section| self.has(section.key)).all(|section| section.resources.is_empty())
    }

    /// Whether the stack file can describe resources of this kind. What exists from before it was
    /// changed is another matter.
    pub fn may_want(&self, kind: &str) -> bool {
        let auth = SECTIONS.iter().filter(|section| section.key == "auth");
        let mut of_auth = auth.flat_map(|section| section.resources);
        let is_of_kind = |address: &&str| address.split('.').next() == Some(kind);
        !self.is_only_auth() || of_auth.any(is_of_kind)
    }
}
