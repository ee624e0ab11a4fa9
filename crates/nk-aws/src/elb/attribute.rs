//! What ELB stores as attributes: text by key, separate from everything else.

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

/// The attribute that makes ELB refuse to delete a load balancer.
const PROTECTION: &str = "deletion_protection.enabled";
/// The attribute for how long a target that is being removed may finish its requests.
const DRAIN: &str = "deregistration_delay.timeout_seconds";
/// ELB's default for that in a new target group.
pub(super) const DEFAULT_DRAIN: u32 = 300;

impl Aws {
    /// Whether ELB refuses to delete a load balancer; none if it does not exist.
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

    /// Sets whether ELB refuses to delete a load balancer.
    pub(super) async fn protect(&self, arn: &str, protected: bool) -> CloudResult<()> {
        let value = protected.to_string();
        let attribute = LoadBalancerAttribute::builder().key(PROTECTION).value(value).build();
        let call = self.elb.modify_load_balancer_attributes().load_balancer_arn(arn);
        call.attributes(attribute).send().await.or_cloud_error().map(drop)
    }

    /// How long a target that is being removed may finish its requests; none if the group does not
    /// exist.
    pub(super) async fn drain(&self, arn: &str) -> CloudResult<Option<u32>> {
        let call = self.elb.describe_target_group_attributes().target_group_arn(arn);
        let answer = call.send().await.accepting(GONE)?;
        let drain = drain::<DescribeTargetGroupAttributesError>;
        answer.map(|answer| drain(answer.attributes)).transpose()
    }

    /// Sets how long a target that is being removed may finish its requests, and returns the new
    /// time.
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
