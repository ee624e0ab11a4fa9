//! Load balancing.

mod action;
mod attribute;
mod balancers;
mod listener;
mod listeners;
mod load_balancer;
mod rule;
mod target_group;

use std::collections::HashMap;

use aws_sdk_elasticloadbalancingv2::types::TagDescription;
use futures::future::try_join_all;
use nk_engine::{CloudError, CloudResult};
use nk_kinds::Tags;

use crate::{
    Aws,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

/// The maximum number of resources whose tags one call returns.
const TAGS_AT_ONCE: usize = 20;
/// ELB's codes for something missing.
const GONE: &[&str] =
    &["LoadBalancerNotFound", "TargetGroupNotFound", "ListenerNotFound", "RuleNotFound"];

/// The end of an ARN, which is CloudWatch's name of a load balancer or a target group.
fn metric_name(arn: &str) -> &str {
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    resource.strip_prefix("loadbalancer/").unwrap_or(resource)
}

impl Aws {
    /// The tags that nk sets, by ARN. A resource that was deleted in the meantime has none.
    async fn elb_tags(&self, arns: &[String]) -> CloudResult<HashMap<String, Tags>> {
        let calls = arns.chunks(TAGS_AT_ONCE).map(|arns| async move {
            match self.elb_describe_tags(arns).await {
                // If one is missing, AWS returns nothing about the others either.
                Err(error) if GONE.iter().any(|code| error.is(code)) => {
                    let each = arns.iter().map(|arn| async move {
                        match self.elb_describe_tags(std::slice::from_ref(arn)).await {
                            Err(error) if GONE.iter().any(|code| error.is(code)) => Ok(Vec::new()),
                            answer => answer,
                        }
                    });
                    Ok::<_, CloudError>(try_join_all(each).await?.concat())
                }
                answer => answer,
            }
        });
        let found = try_join_all(calls).await?.into_iter().flatten();
        let tagged = |found: TagDescription| Some((found.resource_arn?, managed(found.tags)));
        Ok(found.filter_map(tagged).collect())
    }

    async fn elb_describe_tags(&self, arns: &[String]) -> CloudResult<Vec<TagDescription>> {
        let call = self.elb.describe_tags().set_resource_arns(Some(arns.to_vec()));
        let answer = call.send().await.or_cloud_error()?;
        Ok(answer.tag_descriptions.unwrap_or_default())
    }

    /// Sets tags, new or existing.
    async fn elb_tag(&self, arn: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.elb.add_tags().resource_arns(arn).set_tags(Some(sdk_tags(tags)));
        call.send().await.or_cloud_error().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::metric_name;

    #[test]
    fn cloudwatch_names_things_by_the_end_of_their_arns() {
        let arn = |end| format!("arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:{end}");
        assert_eq!(metric_name(&arn("loadbalancer/app/main/50dc6c4")), "app/main/50dc6c4");
        assert_eq!(metric_name(&arn("targetgroup/api/50dc6c4")), "targetgroup/api/50dc6c4");
    }
}
