//! The connection to one account and region, for one stack.

use std::time::SystemTime;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sts::{
    config::{Credentials, SharedCredentialsProvider},
    operation::get_caller_identity::GetCallerIdentityError,
};
use nk_engine::{Caller, CloudError, CloudResult, Connected, Connection, Nature, Questions};
use nk_model::StackId;

use crate::{
    Meter, http,
    rate::Rates,
    retry::{self, Judgement, Reach},
    sdk_error::{SdkResult, garbled},
    window::Window,
};

/// AWS, for one stack.
#[derive(Debug, Clone)]
pub struct Aws {
    pub(crate) stack: StackId,
    pub(crate) region: String,
    pub(crate) account: String,
    /// Such as `aws`: the beginning of ARNs differs between the public regions and China's.
    partition: String,
    /// An emulator may not know every call.
    pub(crate) emulated: bool,
    /// When the run began, which is part of the names of what the run leaves.
    pub(crate) began: SystemTime,
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
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) tagging: aws_sdk_resourcegroupstagging::Client,
    meter: Meter,
}

impl Aws {
    /// Connects, identifies the caller, and asks these questions, all at once.
    pub async fn connect(
        stack: StackId,
        connection: &Connection,
        questions: &Questions,
    ) -> CloudResult<Connected<Self>> {
        let mut cloud = Self::new(stack, connection).await;
        // If the caller cannot be identified, the answers are not waited for.
        let answers = async { Ok(cloud.answers(questions).await) };
        let (caller, answers) = tokio::try_join!(cloud.caller(connection), answers)?;
        cloud.account.clone_from(&caller.account);
        if let Some(partition) = caller.arn.split(':').nth(1) {
            partition.clone_into(&mut cloud.partition);
        }
        Ok(Connected { cloud, caller, answers })
    }

    #[expect(clippy::disallowed_methods, reason = "names that are new each time come from it")]
    async fn new(stack: StackId, connection: &Connection) -> Self {
        let meter = Meter::default();
        let window = Window::default();
        let config = configuration(connection, &window).await;
        let rates = Rates::new(retry::budget());
        macro_rules! client {
            ($sdk:ident) => {
                $sdk::Client::from_conf(
                    $sdk::config::Builder::from(&config)
                        .interceptor(meter.clone())
                        .interceptor(rates.clone())
                        .retry_classifier(Judgement(window.clone()))
                        .build(),
                )
            };
        }
        Self {
            stack,
            region: connection.region.clone(),
            account: String::new(),
            partition: "aws".to_owned(),
            emulated: connection.emulated,
            began: SystemTime::now(),
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
            sts: client!(aws_sdk_sts),
            tagging: client!(aws_sdk_resourcegroupstagging),
            meter,
        }
    }

    async fn caller(&self, connection: &Connection) -> CloudResult<Caller> {
        // The emulator is known to exist, and its first answer takes some time.
        let timeouts = if connection.local { retry::patience() } else { retry::haste() };
        let hasty = aws_sdk_sts::config::Builder::default()
            .retry_classifier(Reach)
            .timeout_config(timeouts);
        let call = self.sts.get_caller_identity().customize().config_override(hasty);
        let answer = call.send().await;
        // Nobody can be denied this call, so a refusal means that the credentials are wrong.
        let identity = answer.or_cloud_error().map_err(|error| {
            let nature = match error.nature {
                Nature::Denied | Nature::Refused => Nature::Credentials,
                nature => nature,
            };
            CloudError { nature, ..error }
        })?;
        match (identity.account, identity.arn) {
            (Some(account), Some(arn)) => Ok(Caller { account, arn }),
            _ => {
                Err(garbled::<GetCallerIdentityError>(&"the answer contains no account and no ARN"))
            }
        }
    }

    /// The ARN of a resource of the stack, where no answer contains it.
    pub(crate) fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        let Self { partition, account, .. } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// The calls made so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }
}

/// The SDK's configuration. Credentials come from its default chain, except for an emulator.
async fn configuration(connection: &Connection, window: &Window) -> aws_config::SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(window.around(http::shared()))
        .region(Region::new(connection.region.clone()))
        .retry_config(retry::policy())
        .timeout_config(retry::patience());
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
