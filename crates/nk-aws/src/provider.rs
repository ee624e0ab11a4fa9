//! What the command line asks AWS, apart from a stack's resources.

use std::collections::BTreeSet;

use nk_engine::{
    Answers, CallListener, CloudResult, Connected, Connection, Provider, Questions, SecretValue,
};
use nk_model::StackId;
use tokio::time::Instant;

use crate::{Aws, sdk_error::SdkResult};

impl Provider for Aws {
    async fn connect(
        stack: StackId,
        connection: &Connection,
        questions: &Questions,
    ) -> CloudResult<Connected<Self>> {
        Self::connect(stack, connection, questions).await
    }

    fn calls(&self) -> usize {
        self.meter().count()
    }

    fn listen(&self, zero: Instant, listener: CallListener) {
        self.meter().listen(zero.into_std(), listener);
    }

    async fn addresses_in_use(&self) -> CloudResult<usize> {
        let answer = self.ec2.describe_addresses().send().await.or_cloud_error()?;
        Ok(answer.addresses.map_or(0, |addresses| addresses.len()))
    }

    async fn has_more_than_auth(&self) -> bool {
        self.has_tagged_beyond(&["cognito-idp", "secretsmanager"]).await
    }

    async fn secret(&self, name: &str) -> CloudResult<Option<SecretValue>> {
        self.secret_value(name).await
    }

    async fn set_secret(&self, name: &str, value: &SecretValue) -> CloudResult<()> {
        self.put_secret_value(name, value).await
    }

    async fn issue_local_certificate(&self, domain: &str) -> CloudResult<String> {
        self.local_certificate(domain).await
    }

    async fn remove_local_certificate(&self) -> CloudResult<()> {
        self.remove_local_certificate().await
    }
}

impl Aws {
    /// Answers the questions that the meaning of a stack file depends on.
    pub(crate) async fn answers(&self, questions: &Questions) -> CloudResult<Answers> {
        let versions = async {
            match &questions.engine {
                Some((engine, major)) => self.engine_versions(engine, major).await,
                None => Ok(Vec::new()),
            }
        };
        let credentials = async {
            match &questions.oauth_secret {
                Some(secret) => self.provider_credentials(secret).await,
                None => Ok(BTreeSet::new()),
            }
        };
        let status = async {
            match &questions.certificate {
                Some(arn) => self.certificate_status(arn).await.map(Some),
                None => Ok(None),
            }
        };
        let certificate = async {
            match &questions.local_certificate {
                Some(domain) => self.find_local_certificate(domain).await,
                None => Ok(None),
            }
        };
        let (engine_versions, credentials, certificate_status, local_certificate) =
            tokio::try_join!(versions, credentials, status, certificate)?;
        Ok(Answers { engine_versions, credentials, certificate_status, local_certificate })
    }
}
