//! The connection to one account and region, for one stack.

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use nk_engine::{Caller, CloudError, Connection, Nature};
use nk_model::StackId;
use std::time::Duration;

use crate::{Meter, rim::Refused};

/// AWS, as one stack sees it.
#[derive(Debug, Clone)]
pub struct Aws {
    pub(crate) stack: StackId,
    pub(crate) account: String,
    pub(crate) acm: aws_sdk_acm::Client,
    pub(crate) autoscaling: aws_sdk_applicationautoscaling::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) cognito: aws_sdk_cognitoidentityprovider::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) ecr: aws_sdk_ecr::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) elb: aws_sdk_elasticloadbalancingv2::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) rds: aws_sdk_rds::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    meter: Meter,
}

impl Aws {
    /// Connects, and asks AWS who is asking. One call.
    pub async fn connect(
        stack: StackId,
        connection: &Connection,
    ) -> Result<(Self, Caller), CloudError> {
        let meter = Meter::default();
        let config = configuration(connection).await;
        let sts = aws_sdk_sts::config::Builder::from(&config).interceptor(meter.clone()).build();
        let identity = aws_sdk_sts::Client::from_conf(sts)
            .get_caller_identity()
            .send()
            .await
            .refused("sts:GetCallerIdentity")
            // Nobody may be denied this call: who is, is not who they say.
            .map_err(|error| match error.nature {
                Nature::Denied | Nature::Refused => {
                    CloudError { nature: Nature::Credentials, ..error }
                }
                _ => error,
            })?;
        let caller = Caller {
            account: identity.account.unwrap_or_default(),
            arn: identity.arn.unwrap_or_default(),
        };
        macro_rules! client {
            ($sdk:ident) => {
                $sdk::Client::from_conf(
                    $sdk::config::Builder::from(&config).interceptor(meter.clone()).build(),
                )
            };
        }
        let aws = Self {
            stack,
            account: caller.account.clone(),
            acm: client!(aws_sdk_acm),
            autoscaling: client!(aws_sdk_applicationautoscaling),
            cloudwatch: client!(aws_sdk_cloudwatch),
            logs: client!(aws_sdk_cloudwatchlogs),
            cognito: client!(aws_sdk_cognitoidentityprovider),
            ec2: client!(aws_sdk_ec2),
            ecr: client!(aws_sdk_ecr),
            ecs: client!(aws_sdk_ecs),
            elb: client!(aws_sdk_elasticloadbalancingv2),
            iam: client!(aws_sdk_iam),
            rds: client!(aws_sdk_rds),
            secrets: client!(aws_sdk_secretsmanager),
            ssm: client!(aws_sdk_ssm),
            meter,
        };
        Ok((aws, caller))
    }

    /// The calls made so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }
}

/// The SDK's configuration. Credentials come from its default chain, except for an emulator.
///
/// Retries are the SDK's adaptive mode: every client of one run shares its token bucket, so a
/// throttled account slows the whole run down instead of being hammered by all of it.
/// See <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.
async fn configuration(connection: &Connection) -> aws_config::SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(connection.region.clone()))
        .retry_config(RetryConfig::adaptive().with_max_attempts(8))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(5))
                .operation_attempt_timeout(Duration::from_secs(30))
                .build(),
        );
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &connection.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if connection.local {
        let dummy = Credentials::new("nk-local", "nk-local", None, None, "nk local");
        loader = loader.credentials_provider(SharedCredentialsProvider::new(dummy));
    }
    loader.load().await
}
