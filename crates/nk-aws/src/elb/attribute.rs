//! What ELB keeps as attributes: text by key, apart from everything else.

use aws_sdk_elasticloadbalancingv2::{
    operation::{
        describe_target_group_attributes::DescribeTargetGroupAttributesError,
        modify_target_group_attributes::ModifyTargetGroupAttributesError,
    },
    types::{LoadBalancerAttribute, TargetGroupAttribute},
};
use nk_engine::CloudResult;

use super::GONE;
use crate::{
    Aws,
    sdk_error::{SdkResult, garbled},
};

/// What makes ELB refuse to delete a load balancer.
const PROTECTION: &str = "deletion_protection.enabled";
/// How long a leaving target may finish its requests.
const DRAIN: &str = "deregistration_delay.timeout_seconds";
/// What ELB gives a new target group for that.
pub(super) const DEFAULT_DRAIN: u32 = 300;

impl Aws {
    /// Whether ELB refuses to delete a load balancer; none where it is gone.
    pub(super) async fn protected(&self, arn: &str) -> CloudResult<Option<bool>> {
        let call = self.elb.describe_load_balancer_attributes().load_balancer_arn(arn);
        let answer = call.send().await.accepting(GONE)?;
        Ok(answer.map(|answer| {
            let on = |each: &LoadBalancerAttribute| {
                each.key() == Some(PROTECTION) && each.value() == Some("true")
            };
            answer.attributes().iter().any(on)
        }))
    }

    /// Makes ELB refuse to delete a load balancer, or not.
    pub(super) async fn protect(&self, arn: &str, protected: bool) -> CloudResult<()> {
        let value = protected.to_string();
        let attribute = LoadBalancerAttribute::builder().key(PROTECTION).value(value).build();
        let call = self.elb.modify_load_balancer_attributes().load_balancer_arn(arn);
        call.attributes(attribute).send().await.or_cloud_error().map(drop)
    }

    /// How long a leaving target may finish its requests; none where the group is gone.
    pub(super) async fn drain(&self, arn: &str) -> CloudResult<Option<u32>> {
        let call = self.elb.describe_target_group_attributes().target_group_arn(arn);
        let answer = call.send().await.accepting(GONE)?;
        let drain = drain::<DescribeTargetGroupAttributesError>;
        answer.map(|answer| drain(answer.attributes)).transpose()
    }

    /// Sets how long a leaving target may finish its requests, and says how long it may now.
    pub(super) async fn set_drain(&self, arn: &str, seconds: u32) -> CloudResult<u32> {
        let value = seconds.to_string();
        let attribute = TargetGroupAttribute::builder().key(DRAIN).value(value).build();
        let call = self.elb.modify_target_group_attributes().target_group_arn(arn);
        let answer = call.attributes(attribute).send().await.or_cloud_error()?;
        drain::<ModifyTargetGroupAttributesError>(answer.attributes)
    }
}

/// The drain among the attributes of a target group, in an answer of the operation with this error.
fn drain<E>(attributes: Option<Vec<TargetGroupAttribute>>) -> CloudResult<u32> {
    let attributes = attributes.unwrap_or_default();
    let value =
        attributes.iter().find(|each| each.key() == Some(DRAIN)).and_then(|each| each.value());
    let Some(value) = value else { return Ok(DEFAULT_DRAIN) };
    value.parse().map_err(|error| garbled::<E>(&error))
}
