//! An ECS cluster.

use std::time::Duration;

use nk_model::{
    Charge, Charges, Grant, Kind, NameRule, Operation, Replacement, Retry, Shown, StackId, Waiting,
};
use serde::{Deserialize, Serialize};

use super::{Service, TaskDefinition};
use crate::{Tags, output};

output!(
    /// The name of a cluster.
    ClusterName = "cluster", "name"
);

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cluster {
    /// Unique in account and region.
    pub name: String,
    /// Whether Container Insights collects metrics: `enabled`, `enhanced` or `disabled`.
    pub container_insights: String,
    /// Its tags.
    pub tags: Tags,
}

impl Cluster {
    /// The name of a stack's only cluster at AWS.
    pub fn called(stack: &StackId) -> String {
        format!("{}-cluster", stack.prefix())
    }
}

/// What AWS assigns to a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterOutputs {
    /// Its name, once it exists.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

/// The clusters of a stack, by their names.
pub(super) const CLUSTER: &[&str] = &["ecs:{region}:{account}:cluster/{stack}-*"];

impl Kind for Cluster {
    type Outputs = ClusterOutputs;
    const KIND: &'static str = "cluster";
    const OUTPUTS: &'static [&'static str] = &["name", "arn"];
    const NAME: Option<NameRule> = NameRule::name(255, "-_");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = Shown::plain("cluster", "name");
    /// Container Insights is billed by metric: 8 for the cluster, 6 for each family of task
    /// definitions and 11 for each service.
    const CHARGES: Charges<Self> = |_, spec, billing| {
        if spec.container_insights == "disabled" {
            return Vec::new();
        }
        let metrics =
            8.0 + 6.0 * billing.count::<TaskDefinition>() + 11.0 * billing.count::<Service>();
        vec![Charge::monthly("container-insights-metric", metrics)]
    };
    const REPLACEMENT: Replacement = Replacement { immutable: &["name"], ..Replacement::DEFAULT };
    const WAITING: Waiting = Waiting {
        retry: &[
            Retry::new(Operation::Create, "InvalidParameterException")
                .saying("Unable to assume the service linked role"),
            Retry::new(Operation::Destroy, "ClusterContainsServicesException")
                .within(Duration::from_mins(10)),
            Retry::new(Operation::Destroy, "ClusterContainsTasksException")
                .within(Duration::from_mins(10)),
            Retry::new(Operation::Destroy, "UpdateInProgressException")
                .within(Duration::from_mins(10)),
        ],
        ..Waiting::DEFAULT
    };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ecs:DescribeClusters"]).on(CLUSTER),
        Grant::make(&["ecs:CreateCluster", "ecs:TagResource", "ecs:UpdateCluster"]).on(CLUSTER),
        Grant::service_role(&["ecs.amazonaws.com"]),
        Grant::remove(&["ecs:DeleteCluster"]).on(CLUSTER),
    ];
}
