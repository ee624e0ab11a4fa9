//! The sections of a stack file, and what comes of all of them together.

mod alarms;
mod auth;
mod cost;
mod database;
mod load_balancer;
mod logs;
mod names;
mod network;
mod services;

use nk_model::{Address, Desired, Names};

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
    naming::Stated,
    problem::{Problem, Span},
    section::SectionInfo,
    tree::Table,
};

/// All sections that there are. The later ones see what the earlier ones ask for.
const SECTIONS: &[SectionInfo] = &[
    SectionInfo::of::<Network>(),
    SectionInfo::of::<Database>(),
    SectionInfo::of::<Auth>(),
    SectionInfo::of::<LoadBalancer>(),
    SectionInfo::of::<Services>(),
    SectionInfo::of::<Logs>(),
    SectionInfo::of::<Alarms>(),
    SectionInfo::of::<Cost>(),
    SectionInfo::of::<Stated>(),
];

/// Reads the sections of a file into a stack that has none yet, and notes every mistake.
pub(crate) fn read(file: &mut Fields<'_, '_>, stack: Stack) -> Stack {
    let read = |info: &SectionInfo| Some((info.key, (info.read)(file, &stack)?));
    let sections = SECTIONS.iter().filter_map(read).collect();
    Stack { sections, ..stack }
}

/// Checks a stack across its sections. A section that is there but could not be read has been
/// reported already, and nothing is held against the others for it.
pub(crate) fn check(stack: &Stack, table: &Table, project: &Span, problems: &mut Vec<Problem>) {
    let whole = problems.is_empty();
    let desired = stack.expand(&Survey::default());
    let mut check = Check { stack, desired: &desired, fixed: fixed(), whole, table, problems };
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

/// The addresses of resources that any stack may have.
fn fixed() -> Vec<Address> {
    let all = SECTIONS.iter().flat_map(|section| section.resources);
    // One with a `*` is no address.
    all.filter_map(|address| address.parse().ok()).collect()
}

impl Stack {
    /// The resources that this stack asks for, and what a reader of the plan should know.
    ///
    /// What the survey leaves open is left out where it must be known (an identity provider
    /// without credentials), and stands in for itself where it need not (the account in a name).
    pub fn expand(&self, survey: &Survey) -> Desired {
        let mut expansion = Expansion::new(self, survey, self.names());
        for section in SECTIONS {
            (section.expand)(&mut expansion);
        }
        for section in SECTIONS.iter().rev() {
            (section.lint)(&mut expansion);
        }
        expansion.desired
    }

    /// The names that are known whatever the stack asks for.
    pub fn names(&self) -> Names {
        self.known_names(&fixed())
    }

    /// What a survey finds where everything is there that the stack waits for: with it the stack
    /// asks for all that it will ever ask for.
    pub fn awaited(&self) -> Survey {
        let certificate = self.wants_certificate().then(|| "(a certificate)".to_owned());
        let (account, credentials) = (self.account.clone(), self.providers());
        Survey { account, credentials, certificate, ..Survey::default() }
    }

    /// What to look for: what this survey leads to, and the identity providers that would go on
    /// without their credentials.
    pub fn sought(&self, survey: &Survey) -> Desired {
        self.expand(&Survey { credentials: self.providers(), ..survey.clone() })
    }

    /// Whether it is nothing but `[auth]`, and asks for nothing beyond Cognito and its secrets.
    pub fn is_only_auth(&self) -> bool {
        let others = SECTIONS.iter().filter(|section| section.key != "auth");
        others.filter(|section| self.has(section.key)).all(|section| section.resources.is_empty())
    }

    /// Whether the stack file can ask for resources of this kind. What is there from before it
    /// changed is another matter.
    pub fn may_want(&self, kind: &str) -> bool {
        let auth = SECTIONS.iter().filter(|section| section.key == "auth");
        let mut of_auth = auth.flat_map(|section| section.resources);
        let is_of_kind = |address: &&str| address.split('.').next() == Some(kind);
        !self.is_only_auth() || of_auth.any(is_of_kind)
    }
}
