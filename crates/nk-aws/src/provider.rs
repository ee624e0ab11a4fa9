//! What the command line asks of AWS beyond a stack's resources.

use std::collections::BTreeSet;

use nk_engine::{
    Answers, Caller, CloudError, CloudResult, Connection, Provider, Questions, SecretValue,
};
use nk_model::StackId;

use crate::{Aws, rim::Refused};

impl Provider for Aws {
    async fn connect(
        stack: StackId,
        connection: &Connection,
    ) -> Result<(Self, Caller), CloudError> {
        Self::connect(stack, connection).await
    }

    fn calls(&self) -> usize {
        self.meter().count()
    }

    async fn ask(&self, questions: &Questions) -> CloudResult<Answers> {
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
        let addresses = async {
            if questions.addresses { self.addresses_in_use().await.map(Some) } else { Ok(None) }
        };
        let certificate = async {
            match &questions.local_certificate {
                Some(domain) => self.find_local_certificate(domain).await,
                None => Ok(None),
            }
        };
        let (engine_versions, credentials, addresses_in_use, certificate) =
            tokio::try_join!(versions, credentials, addresses, certificate)?;
        Ok(Answers { engine_versions, credentials, addresses_in_use, certificate })
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
    /// How many elastic IPs the region has, anybody's: the quota counts all of them.
    async fn addresses_in_use(&self) -> CloudResult<usize> {
        let answer = self.ec2.describe_addresses().send().await.refused("ec2:DescribeAddresses")?;
        Ok(answer.addresses.map_or(0, |addresses| addresses.len()))
    }
}
