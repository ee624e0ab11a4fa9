//! Whether the load balancer can use HTTPS, and what happens to a stack that must.

use super::reading::{Https, LoadBalancer};
use crate::{
    Stack, Survey,
    expansion::Expansion,
    problem::{Problem, Problems},
};

/// The statuses of a certificate that no listener can use; `NOT_FOUND` is nk's word for a missing
/// one. An issued certificate that has expired is not among them: a listener that uses it keeps it.
/// See <https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html>.
const UNISSUED: [&str; 4] = ["PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED", "NOT_FOUND"];

impl Stack {
    /// The ARN of the certificate that the stack file names.
    pub fn certificate(&self) -> Option<&str> {
        self.section::<LoadBalancer>()?.certificate.as_deref()
    }

    /// The ARN of the certificate that a listener can use.
    pub(super) fn usable_certificate<'a>(&'a self, survey: &'a Survey) -> Option<&'a str> {
        let status = survey.certificate_status.as_deref();
        let issued = !status.is_some_and(|status| UNISSUED.contains(&status));
        self.certificate().filter(|_| issued).or(survey.certificate.as_deref())
    }

    /// The load balancer that must use HTTPS, if there is one.
    fn must_encrypt(&self) -> Option<&LoadBalancer> {
        self.section::<LoadBalancer>().filter(|section| section.https.value == Https::Required)
    }

    /// Whether it cannot be planned without a certificate that the stack file does not name.
    pub fn wants_certificate(&self) -> bool {
        self.must_encrypt().is_some_and(|section| section.certificate.is_none())
    }

    /// Rejects a load balancer that must use HTTPS and has no usable certificate.
    ///
    /// This concerns only plans of what the stack describes: existing resources can be read and
    /// deleted without it, and the certificate may be one that an emulator has issued.
    ///
    /// # Errors
    ///
    /// The mistake, at the key that requires HTTPS.
    pub fn check_https(&self, survey: &Survey) -> Result<(), Problems> {
        let Some(section) = self.must_encrypt() else { return Ok(()) };
        if self.usable_certificate(survey).is_some() {
            return Ok(());
        }
        let environment = &self.id.environment;
        let message = match (&section.certificate, &survey.certificate_status) {
            (Some(arn), Some(status)) => {
                format!(
                    "HTTPS is required in `{environment}`, but the status of certificate \
                         `{arn}` is {status}"
                )
            }
            _ => format!("HTTPS is required in `{environment}`, but there is no certificate"),
        };
        let help = "set `load-balancer.certificate` to the ARN of an issued ACM certificate in \
                    this region, or set `load-balancer.https = \"optional\"`";
        let problem = Problem::new(&section.https.span, message, "required here").help(help);
        Err(Problems::new(&self.source.name, &self.source.text, vec![problem]))
    }
}

/// Notes what prevents HTTPS.
pub(super) fn lint(expansion: &mut Expansion<'_>) {
    let (stack, survey) = (expansion.stack, expansion.survey);
    let has_certificate = stack.usable_certificate(survey).is_some();
    let status = survey.certificate_status.as_deref().filter(|status| *status != "ISSUED");
    let (about, text) = if let (Some(arn), Some(status)) = (stack.certificate(), status) {
        let so = if has_certificate {
            "clients will reject it"
        } else {
            "HTTPS works only when it is ISSUED"
        };
        ("listener.https", format!("the status of certificate `{arn}` is {status}; {so}"))
    } else if stack.wants_certificate() && !has_certificate {
        let text = "HTTPS is required, so no plan is possible without a certificate";
        ("listener.https", text.to_owned())
    } else if stack.is_relied_on() && !has_certificate {
        ("listener.http", format!("requests to {} are not encrypted", stack.id.environment))
    } else {
        return;
    };
    expansion.note(about, text, "load-balancer.certificate");
}
