//! What the command line asks of the simulated cloud: it runs whole commands on it.

use std::path::{Path, PathBuf};

use nk_engine::{
    Answers, CallListener, CloudError, CloudResult, Connected, Connection, Nature, Provider,
    Questions, SecretValue,
};
use nk_kinds::secretsmanager::{Content, Secret};
use nk_model::{Kind, StackId};
use serde_json::json;
use tokio::time::Instant;

use crate::{Sent, Sim, account::arn, world::World};

impl Provider for Sim {
    /// The endpoint names a folder beneath the one that nk runs in, as in `sim://aws/clouds`: in it
    /// each stack has a cloud.
    async fn connect(
        stack: StackId,
        connection: &Connection,
        questions: &Questions,
    ) -> CloudResult<Connected<Self>> {
        let cloud = Self::open(&file(&stack, connection)?);
        let asks = [
            questions.engine.is_some(),
            questions.oauth_secret.is_some(),
            questions.certificate.is_some(),
            questions.local_certificate.is_some(),
        ];
        let caller =
            cloud.call(Sent::Read, "sim:GetCaller".into(), |world| Ok(world.account.caller()));
        let secret = questions.oauth_secret.as_deref();
        let answers = async {
            if asks.contains(&true) {
                let answer = |world: &mut World| Ok(world.account.answers(secret));
                cloud.call(Sent::Read, "sim:Answer".into(), answer).await
            } else {
                Ok(Answers::default())
            }
        };
        let (caller, answers) = tokio::join!(caller, answers);
        Ok(Connected { caller: caller?, answers, cloud })
    }

    fn calls(&self) -> usize {
        self.calls().0
    }

    fn listen(&self, zero: Instant, listener: CallListener) {
        self.listen(zero, listener);
    }

    async fn addresses_in_use(&self) -> CloudResult<usize> {
        let count = |world: &mut World| {
            Ok(world.account.addresses + world.resources.of_kind("elastic-ip").count())
        };
        self.call(Sent::Read, "sim:CountAddresses".into(), count).await
    }

    async fn has_more_than_auth(&self) -> bool {
        let auth = ["identity-provider", "secret", "user-pool"];
        let more = |world: &mut World| {
            let kinds = world.resources.iter().map(|(_, one)| one.address.kind());
            Ok(kinds.into_iter().any(|kind| !auth.iter().any(|of_auth| kind.starts_with(of_auth))))
        };
        self.call(Sent::Read, "sim:FindTagged".into(), more).await.unwrap_or(true)
    }

    async fn secret(&self, name: &str) -> CloudResult<Option<SecretValue>> {
        let read = |world: &mut World| Ok(world.secret(name));
        let value = self.call(Sent::Read, "sim:ReadSecret".into(), read).await?;
        Ok(value.map(SecretValue::new))
    }

    async fn set_secret(&self, name: &str, value: &SecretValue) -> CloudResult<()> {
        let write = |world: &mut World| {
            world.account.secrets.insert(name.to_owned(), value.reveal().clone());
            Ok(())
        };
        self.call(Sent::Repeatedly, "sim:WriteSecret".into(), write).await
    }

    async fn issue_local_certificate(&self, domain: &str) -> CloudResult<String> {
        let issue = |world: &mut World| {
            world.account.local_certificate = Some(domain.to_owned());
            Ok(arn(domain))
        };
        self.call(Sent::Repeatedly, "sim:IssueCertificate".into(), issue).await
    }

    async fn remove_local_certificate(&self) -> CloudResult<()> {
        let remove = |world: &mut World| {
            world.account.local_certificate = None;
            Ok(())
        };
        self.call(Sent::Repeatedly, "sim:RemoveCertificate".into(), remove).await
    }
}

impl World {
    /// What a secret holds: what it was made with, until others put something else into it.
    fn secret(&self, name: &str) -> Option<serde_json::Value> {
        let mut secrets = self.resources.of_kind(Secret::KIND);
        let (_, secret) = secrets.find(|(_, one)| one.spec["name"] == name)?;
        let content = serde_json::from_value(secret.spec["content"].clone());
        let made = match content.ok()? {
            Content::Password => json!({"password": "made up by the simulated cloud"}),
            Content::Empty => json!({}),
        };
        Some(self.account.secrets.get(name).cloned().unwrap_or(made))
    }
}

/// The file of a stack's cloud.
fn file(stack: &StackId, connection: &Connection) -> CloudResult<PathBuf> {
    let endpoint = connection.endpoint.as_deref().unwrap_or_default();
    let place = endpoint.split_once("://").and_then(|(_, place)| place.split_once('/'));
    let Some((_, folder)) = place else {
        let (nature, why) = (Nature::Unreachable, "no folder was named");
        return Err(CloudError::new(nature, "sim:GetCaller", why));
    };
    Ok(Path::new(folder).join(format!("{stack}.json")))
}
