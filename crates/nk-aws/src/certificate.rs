//! Certificates: the status of the one that a stack file names, and one for emulators, which have
//! none.
//!
//! On AWS, a stack names a validated certificate; nk does not create one there.

use aws_sdk_acm::{
    operation::request_certificate::RequestCertificateError,
    types::{CertificateStatus, CertificateSummary, ValidationMethod},
};
use futures::future::try_join_all;
use nk_engine::CloudResult;
use nk_kinds::Tags;
use nk_model::Address;

use crate::{
    Aws,
    retry::token,
    sdk_error::{SdkResult, garbled},
    tags::{managed, sdk_tags},
};

/// ACM's code for a missing certificate.
const MISSING: &[&str] = &["ResourceNotFoundException"];

impl Aws {
    /// The ARN of this stack's own certificate for a domain, if there is one.
    pub(crate) async fn find_local_certificate(&self, domain: &str) -> CloudResult<Option<String>> {
        let ours = self.local_certificates().await?;
        let found = ours.into_iter().find(|each| each.domain_name() == Some(domain));
        Ok(found.and_then(|each| each.certificate_arn))
    }

    /// The ARN of this stack's own certificate for a domain, which is requested if there is none.
    pub async fn local_certificate(&self, domain: &str) -> CloudResult<String> {
        if let Some(arn) = self.find_local_certificate(domain).await? {
            return Ok(arn);
        }
        self.request_certificate(domain).await
    }

    /// ACM's status of a certificate, such as `ISSUED`; `NOT_FOUND` if the region has no such
    /// certificate.
    pub(crate) async fn certificate_status(&self, arn: &str) -> CloudResult<String> {
        let call = self.acm.describe_certificate().certificate_arn(arn).send().await;
        let answer = call.accepting(MISSING)?;
        let status = answer.and_then(|answer| answer.certificate?.status);
        Ok(status.as_ref().map_or("NOT_FOUND", CertificateStatus::as_str).to_owned())
    }

    /// Deletes the certificates that [`local_certificate`](Self::local_certificate) created.
    pub async fn remove_local_certificate(&self) -> CloudResult<()> {
        for certificate in self.local_certificates().await? {
            let call =
                self.acm.delete_certificate().set_certificate_arn(certificate.certificate_arn);
            call.send().await.accepting(MISSING)?;
        }
        Ok(())
    }

    /// The certificates of this stack.
    async fn local_certificates(&self) -> CloudResult<Vec<CertificateSummary>> {
        let call = self
            .acm
            .list_certificates()
            .certificate_statuses(CertificateStatus::PendingValidation)
            .certificate_statuses(CertificateStatus::Issued);
        let found = call.into_paginator().items().send().try_collect().await.or_cloud_error()?;
        let found = try_join_all(found.into_iter().map(|each| self.if_ours(each))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn if_ours(&self, each: CertificateSummary) -> CloudResult<Option<CertificateSummary>> {
        let call = self.acm.list_tags_for_certificate();
        let call = call.set_certificate_arn(each.certificate_arn.clone()).send().await;
        let answer = call.accepting(MISSING)?;
        let tags = managed(answer.and_then(|answer| answer.tags));
        Ok((tags.address(&self.stack) == Some(address())).then_some(each))
    }

    async fn request_certificate(&self, domain: &str) -> CloudResult<String> {
        let tags = Tags::new(&self.stack, &address(), domain);
        let call = self
            .acm
            .request_certificate()
            .domain_name(domain)
            .validation_method(ValidationMethod::Dns)
            // For an hour, ACM answers a repeated request with the certificate of the first,
            // deleted or not.
            .idempotency_token(token())
            .set_tags(Some(sdk_tags(&tags)));
        let answer = call.send().await.or_cloud_error()?;
        answer
            .certificate_arn
            .ok_or_else(|| garbled::<RequestCertificateError>(&"the answer contains no ARN"))
    }
}

/// The address that it would have if certificates were a kind.
fn address() -> Address {
    Address::new("certificate", "local")
}
