//! Reads `[load-balancer]`.

use crate::{
    Stack,
    decode::{At, Fields, Word},
    problem::Problem,
    value::Seconds,
};

/// The load balancer of a stack.
#[derive(Debug, Clone)]
pub(crate) struct LoadBalancer {
    /// Whether it must use HTTPS.
    pub(crate) https: At<Https>,
    /// The ACM certificate's ARN.
    pub(crate) certificate: Option<String>,
    /// How many seconds a target that is being removed may finish its requests.
    pub(crate) drain_seconds: u32,
    /// The same when everything is destroyed; none if nothing is to be cut short.
    pub(crate) destroy_drain_seconds: Option<u32>,
    /// Whether AWS refuses to delete it.
    pub(crate) protected: bool,
}

/// Whether a load balancer must use HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Https {
    /// It uses HTTPS once it has a certificate.
    Optional,
    /// Without a certificate there is no plan.
    Required,
}

impl Word for Https {
    const WORDS: &'static [(&'static str, Self)] =
        &[("optional", Self::Optional), ("required", Self::Required)];
}

impl LoadBalancer {
    pub(super) fn read(mut fields: Fields<'_, '_>, stack: &Stack) -> Option<Self> {
        let protected = stack.protected;
        let usual = if protected { Https::Required } else { Https::Optional };
        let https = fields.or("https", usual);
        let certificate = fields.optional::<String>("certificate");
        if let Some(certificate) = &certificate {
            check_certificate(&mut fields, certificate, &stack.region);
        }
        let usual = if protected { Seconds(300) } else { Seconds(30) };
        let drain = fields.or("drain", usual);
        let drain = fields.within("drain", Some(drain), &(Seconds(0)..=Seconds::hours(1)));
        let last = fields.optional::<Seconds>("destroy-drain");
        let last = fields.within("destroy-drain", last, &(Seconds(0)..=Seconds::hours(1)));
        let is_protected = fields.or("protect", protected).value;
        fields.finish();
        Some(Self {
            https,
            certificate: certificate.map(|certificate| certificate.value),
            drain_seconds: u32::try_from(drain?.value.0).ok()?,
            destroy_drain_seconds: last.and_then(|last| u32::try_from(last.value.0).ok()),
            protected: is_protected,
        })
    }
}

fn check_certificate(fields: &mut Fields<'_, '_>, certificate: &At<String>, region: &str) {
    let parts: Vec<_> = certificate.value.splitn(6, ':').collect();
    let [arn, partition, "acm", place, account, resource] = parts.as_slice() else {
        return not_a_certificate(fields, certificate);
    };
    let whole = *arn == "arn"
        && partition.starts_with("aws")
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && resource.strip_prefix("certificate/").is_some_and(|id| !id.is_empty());
    if !whole {
        not_a_certificate(fields, certificate);
    } else if *place != region && !region.is_empty() {
        let message =
            format!("the certificate is in {place}, but the load balancer is in {region}");
        let help = "a load balancer can use only certificates of its own region";
        fields.report(Problem::new(&certificate.span, message, "another region").help(help));
    }
}

fn not_a_certificate(fields: &mut Fields<'_, '_>, certificate: &At<String>) {
    let message = format!("`{}` is not the ARN of an ACM certificate", certificate.value);
    let help = "it looks like `arn:aws:acm:REGION:ACCOUNT:certificate/ID`";
    fields.report(Problem::new(&certificate.span, message, "not a certificate").help(help));
}
