//! What the command line asks of a cloud beyond its resources.

use std::collections::BTreeSet;

use nk_model::{Call, StackId};
use tokio::time::Instant;

use crate::{Cloud, CloudResult};

/// Where to connect to, and as whom.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The region, as in `ap-northeast-1`.
    pub region: String,
    /// A profile of the shared configuration; none for the default chain.
    pub profile: Option<String>,
    /// Another endpoint than AWS's own.
    pub endpoint: Option<String>,
    /// An emulator on this machine: its dummy credentials are used, and no others.
    pub local: bool,
    /// Some emulator, with whatever credentials.
    pub emulated: bool,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account's twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
}

/// What a stack file's meaning depends on.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    /// Which versions of this engine and major version can be created.
    pub engine: Option<(String, String)>,
    /// For which identity providers this secret holds credentials.
    pub oauth_secret: Option<String>,
    /// Where the certificate with this ARN stands.
    pub certificate: Option<String>,
    /// The certificate for this domain that [`Provider::issue_local_certificate`] had issued.
    pub local_certificate: Option<String>,
}

/// The answers.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Versions that can be created; empty where nobody knows.
    pub engine_versions: Vec<String>,
    /// The identity providers with credentials, as the secret's keys call them.
    pub credentials: BTreeSet<String>,
    /// What ACM says of the certificate, as in `ISSUED`; none where nobody asked.
    pub certificate_status: Option<String>,
    /// The ARN of the certificate that was issued for the domain.
    pub local_certificate: Option<String>,
}

/// A cloud that has been connected to.
pub struct Connected<P> {
    /// The cloud.
    pub cloud: P,
    /// Who is asking.
    pub caller: Caller,
    /// What they asked. It was asked before anybody could check where, so look at the caller first.
    pub answers: CloudResult<Answers>,
}

/// A secret's value: JSON that is shown only where a person asked for it.
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

/// Whoever is told about each call once it has ended.
pub type CallListener = Box<dyn Fn(Call) + Send + Sync>;

/// A cloud that the command line can connect to.
pub trait Provider: Cloud {
    /// Connects, and finds out who is asking and what they ask.
    fn connect(
        stack: StackId,
        connection: &Connection,
        questions: &Questions,
    ) -> impl Future<Output = CloudResult<Connected<Self>>> + Send;

    /// How many requests went out so far.
    fn calls(&self) -> usize;

    /// Tells about every request, those before this included, with its time since `zero`.
    fn listen(&self, zero: Instant, listener: CallListener);

    /// How many elastic IPs the region has, anybody's: the quota counts all of them.
    fn addresses_in_use(&self) -> impl Future<Output = CloudResult<usize>> + Send;

    /// Whether the stack has anything beyond user pools and secrets, as far as its tags are known in
    /// one place; true where nobody can tell.
    fn has_more_than_auth(&self) -> impl Future<Output = bool> + Send;

    /// Reads a secret by its name; none where there is no such secret.
    fn secret(&self, name: &str) -> impl Future<Output = CloudResult<Option<SecretValue>>> + Send;

    /// Writes a secret's value.
    fn set_secret(
        &self,
        name: &str,
        value: &SecretValue,
    ) -> impl Future<Output = CloudResult<()>> + Send;

    /// Has an emulator issue a certificate for this domain, unless it has; returns its ARN.
    fn issue_local_certificate(
        &self,
        domain: &str,
    ) -> impl Future<Output = CloudResult<String>> + Send;

    /// Removes what [`Self::issue_local_certificate`] had issued.
    fn remove_local_certificate(&self) -> impl Future<Output = CloudResult<()>> + Send;
}
