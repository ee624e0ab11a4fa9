//! A stack file for one environment, read and checked.

use std::{collections::BTreeSet, sync::Arc};

use nk_model::{Action, Desired, Note, Plan, StackId};

use crate::{
    Source, Survey,
    problem::{Problem, Problems},
    section::{
        Alarms, Auth, Cost, Database, Https, LoadBalancerSection, Network, Provider, ServiceSection,
    },
};

/// What ACM says of a certificate that no listener can have; `NOT_FOUND` is nk's word for none. One
/// that has been issued and is valid no more is not among them: what has HTTPS keeps it. See
/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html>.
const UNISSUED: [&str; 4] = ["PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED", "NOT_FOUND"];

/// A stack in one environment, as its file describes it.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Which stack.
    pub id: StackId,
    /// The AWS region.
    pub region: String,
    /// The only account it may be made in.
    pub account: Option<String>,
    /// Whether what holds data, and the way in, is protected from deletion.
    pub protected: bool,
    /// `[network]`.
    pub network: Option<Network>,
    /// `[database]`.
    pub database: Option<Database>,
    /// `[auth]`.
    pub auth: Option<Auth>,
    /// `[load-balancer]`.
    pub load_balancer: Option<LoadBalancerSection>,
    /// `[services]`, in the order of the file.
    pub services: Vec<ServiceSection>,
    /// For how many days log entries are kept; zero for ever.
    pub log_days: i32,
    /// `[alarms]`.
    pub alarms: Alarms,
    /// `[cost]`.
    pub cost: Cost,
    /// How many elastic IP addresses all environments of the file need together.
    pub(crate) addresses_of_all: usize,
    pub(crate) source: Arc<Source>,
}

impl Stack {
    /// The database's engine and major version, for finding out which versions can be created.
    pub fn engine(&self) -> Option<(String, String)> {
        let database = self.database.as_ref()?;
        Some((database.engine.clone(), database.version.major().to_string()))
    }

    /// Where else users may come from.
    pub fn providers(&self) -> &[Provider] {
        self.auth.as_ref().map_or(&[], |auth| &auth.providers)
    }

    /// The ARN of the certificate that the stack file names.
    pub fn certificate(&self) -> Option<&str> {
        self.load_balancer.as_ref()?.certificate.as_deref()
    }

    /// The ARN of the certificate that a listener can have.
    pub(crate) fn usable_certificate<'a>(&'a self, survey: &'a Survey) -> Option<&'a str> {
        let status = survey.certificate_status.as_deref();
        let issued = !status.is_some_and(|status| UNISSUED.contains(&status));
        self.certificate().filter(|_| issued).or(survey.certificate.as_deref())
    }

    /// The windows of the database, in UTC and in the zone that the stack file states them in: of a plan
    /// those that it sets, without one all of them.
    pub fn window_notes(&self, plan: Option<&Plan>) -> Vec<Note> {
        let Some(database) = &self.database else { return Vec::new() };
        let windows = [
            ("backup-window", &database.backup_window),
            ("maintenance-window", &database.maintenance),
        ];
        let shown = |field: &str| plan.is_none_or(|plan| sets(plan, "db-instance.main", field));
        windows
            .into_iter()
            .filter(|(field, _)| shown(field))
            .map(|(field, stated)| Note {
                about: "db-instance.main".into(),
                text: format!("`{field}` is {stated}"),
                settle: None,
            })
            .collect()
    }

    /// Whether it cannot be planned without a certificate that the stack file does not name.
    pub fn wants_certificate(&self) -> bool {
        self.load_balancer.as_ref().is_some_and(|section| {
            section.https.value == Https::Required && section.certificate.is_none()
        })
    }

    /// What AWS calls the secret with the identity providers' credentials.
    pub fn oauth_secret(&self) -> Option<String> {
        let named = !self.providers().is_empty();
        named.then(|| format!("{}-oauth-credentials", self.id.prefix()))
    }

    /// What a survey finds where everything is there that the stack waits for: with it the stack
    /// asks for all that it will ever ask for.
    pub fn awaited(&self) -> Survey {
        let certificate = self.wants_certificate().then(|| "(a certificate)".to_owned());
        Survey {
            account: self.account.clone(),
            credentials: self.provider_keys(),
            certificate,
            ..Survey::default()
        }
    }

    /// What to look for: what this survey leads to, and the identity providers that would go on
    /// without their credentials.
    pub fn sought(&self, survey: &Survey) -> Desired {
        self.expand(&Survey { credentials: self.provider_keys(), ..survey.clone() })
    }

    fn provider_keys(&self) -> BTreeSet<String> {
        self.providers().iter().map(|provider| provider.key().to_owned()).collect()
    }

    /// Whether it is nothing but `[auth]`, and asks for nothing beyond Cognito and its secrets.
    pub fn is_only_auth(&self) -> bool {
        self.network.is_none()
            && self.database.is_none()
            && self.load_balancer.is_none()
            && self.services.is_empty()
    }

    /// Whether the stack file can ask for resources of this kind. What is there from before it
    /// changed is another matter.
    pub fn may_want(&self, kind: &str) -> bool {
        let of_auth =
            ["user-pool", "user-pool-client", "user-pool-domain", "identity-provider", "secret"];
        !self.is_only_auth() || of_auth.contains(&kind)
    }

    /// Whether the environment is one that people rely on.
    pub(crate) fn is_relied_on(&self) -> bool {
        self.protected || ["prod", "production"].contains(&self.id.environment.as_str())
    }

    /// Refuses a load balancer that must speak HTTPS and has no certificate that it can have.
    ///
    /// Only a plan of what the stack asks for does: what is there can be read and removed without,
    /// and the certificate may be one that nk had an emulator issue.
    pub fn check_https(&self, survey: &Survey) -> Result<(), Problems> {
        let Some(section) = self.load_balancer.as_ref() else { return Ok(()) };
        if section.https.value != Https::Required || self.usable_certificate(survey).is_some() {
            return Ok(());
        }
        let environment = &self.id.environment;
        let message = match (&section.certificate, &survey.certificate_status) {
            (Some(arn), Some(status)) => {
                format!("HTTPS is required in `{environment}`, and ACM says {status} of `{arn}`")
            }
            _ => format!("HTTPS is required in `{environment}`, without a certificate"),
        };
        let help = "set `load-balancer.certificate` to the ARN of an ACM certificate in this \
                    region that is ISSUED, or say `load-balancer.https = \"optional\"`";
        let problem = Problem::new(&section.https.span, message, "required here").help(help);
        Err(Problems::new(&self.source.name, &self.source.text, vec![problem]))
    }
}

/// Whether a plan gives a field of a resource a value.
fn sets(plan: &Plan, address: &str, field: &str) -> bool {
    plan.steps.iter().filter(|step| step.address.as_str() == address).any(|step| {
        matches!(step.action, Action::Create | Action::ReplaceCreate)
            || step.changes.iter().any(|change| change.path == field)
    })
}
