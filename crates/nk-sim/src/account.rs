//! What an account has besides the resources of a stack.

use std::collections::{BTreeMap, BTreeSet};

use nk_engine::{Answers, Caller};
use nk_model::{Address, Guard};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Account {
    /// Its twelve digits.
    pub id: String,
    /// What others have put into secrets, by the secret's name.
    pub secrets: BTreeMap<String, Json>,
    /// What guards resources against being destroyed.
    pub guards: Vec<Guard>,
    /// How many elastic IPs others have.
    pub addresses: usize,
    /// The versions of the database engine that can be created.
    pub engine_versions: Vec<String>,
    /// What ACM says of the certificate that the stack file names.
    pub certificate_status: Option<String>,
    /// The domain for which an emulator has issued a certificate.
    pub local_certificate: Option<String>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: "123456789012".into(),
            secrets: BTreeMap::new(),
            guards: Vec::new(),
            addresses: 0,
            engine_versions: Vec::new(),
            certificate_status: None,
            local_certificate: None,
        }
    }
}

impl Account {
    pub(crate) fn caller(&self) -> Caller {
        Caller { account: self.id.clone(), arn: format!("arn:aws:iam::{}:user/ana", self.id) }
    }

    pub(crate) fn guards_of(&self, address: &Address) -> Vec<Guard> {
        self.guards.iter().filter(|guard| guard.address == *address).cloned().collect()
    }

    /// The answers to every question; `secret` is the one with credentials of identity providers.
    pub(crate) fn answers(&self, secret: Option<&str>) -> Answers {
        Answers {
            engine_versions: self.engine_versions.clone(),
            credentials: secret.map_or_else(BTreeSet::new, |name| self.credentials(name)),
            certificate_status: self.certificate_status.clone(),
            local_certificate: self.local_certificate.as_deref().map(arn),
        }
    }

    fn credentials(&self, secret: &str) -> BTreeSet<String> {
        let held = self.secrets.get(secret).and_then(Json::as_object).into_iter().flatten();
        let complete = held.filter(|(_, one)| {
            ["client_id", "client_secret"].iter().all(|key| one[*key].is_string())
        });
        complete.map(|(provider, _)| provider.clone()).collect()
    }
}

/// The ARN of the certificate for a domain.
pub(crate) fn arn(domain: &str) -> String {
    format!("arn:aws:acm:sim:123456789012:certificate/{domain}")
}
