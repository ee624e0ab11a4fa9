//! What the command line needs from a cloud, apart from its resources.

use std::collections::BTreeSet;

use nk_model::{Call, StackId};
use tokio::time::Instant;

use crate::{Cloud, CloudResult};

/// Where to connect to, and with which credentials.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The region, such as `ap-northeast-1`.
    pub region: String,
    /// A profile of the shared configuration; none for the default chain.
    pub profile: Option<String>,
    /// An endpoint other than AWS's own.
    pub endpoint: Option<String>,
    /// Whether it is an emulator on this machine, for which only dummy credentials are used.
    pub local: bool,
    /// Whether it is any emulator, with any credentials.
    pub emulated: bool,
}

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The twelve digits of the account.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
}

/// What the meaning of a stack file depends on.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    /// Which versions of this engine and major version can be created?
    pub engine: Option<(String, String)>,
    /// For which identity providers does this secret contain credentials?
    pub oauth_secret: Option<String>,
    /// What is the status of the certificate with this ARN?
    pub certificate: Option<String>,
    /// Which certificate for this domain has [`Provider::issue_local_certificate`] issued?
    pub local_certificate: Option<String>,
}

/// The answers.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The versions that can be created; empty if that is not known.
    pub engine_versions: Vec<String>,
    /// The identity providers with credentials, named as the keys of the secret.
    pub credentials: BTreeSet<String>,
    /// ACM's status of the certificate, such as `ISSUED`; none if it was not asked for.
    pub certificate_status: Option<String>,
    /// The ARN of the certificate that was issued for the domain.
    pub local_certificate: Option<String>,
}

/// A cloud that is connected.
pub struct Connected<P> {
    /// The cloud.
    pub cloud: P,
    /// The caller.
    pub caller: Caller,
    /// The answers. They were asked for before the account could be checked, so look at the caller
    /// first.
    pub answers: CloudResult<Answers>,
}

/// The value of a secret: JSON that is shown only where a person asked for it.
pub struct SecretValue(serde_json::Value);

impl SecretValue {
    /// Wraps a value.
    pub fn new(value: serde_json::Value) -> Self {
        Self(value)
    }

    /// The value, for the one place that needs it.
    pub fn reveal(&self) -> &serde_json::Value {
        &self.0
    }
}

impl std::fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// Called for each call when it has ended.
pub type CallListener = Box<dyn Fn(Call) + Send + Sync>;

/// A cloud that the command line can connect to.
pub trait Provider: Cloud {
    /// Connects, identifies the caller, and gets the answers to the questions.
    fn connect(
        stack: StackId,
        connection: &Connection,
        questions: &Questions,
    ) -> impl Future<Output = CloudResult<Connected<Self>>> + Send;

    /// How many requests were sent so far.
    fn calls(&self) -> usize;

    /// Reports every request, including those before this call, with its time since `zero`.
    fn listen(&self, zero: Instant, listener: CallListener);

    /// How many elastic IPs the region has, whoever owns them: the quota counts all of them.
    fn addresses_in_use(&self) -> impl Future<Output = CloudResult<usize>> + Send;

    /// Whether the tag index knows anything of the stack apart from user pools and secrets; true if
    /// it cannot be read.
    fn has_more_than_auth(&self) -> impl Future<Output = bool> + Send;

    /// Reads a secret by its name; none if there is no such secret.
    fn secret(&self, name: &str) -> impl Future<Output = CloudResult<Option<SecretValue>>> + Send;

    /// Writes a secret's value.
    fn set_secret(
        &self,
        name: &str,
        value: &SecretValue,
    ) -> impl Future<Output = CloudResult<()>> + Send;

    /// Makes an emulator issue a certificate for this domain, unless it already has; returns its
    /// ARN.
    fn issue_local_certificate(
        &self,
        domain: &str,
    ) -> impl Future<Output = CloudResult<String>> + Send;

    /// Removes what [`Self::issue_local_certificate`] issued.
    fn remove_local_certificate(&self) -> impl Future<Output = CloudResult<()>> + Send;
}
