//! A service: keeps tasks running.

use std::{collections::BTreeSet, time::Duration};

use nk_model::{
    Calls, Charge, Charges, Grant, Kind, NameRule, Operation, Ref, Replacement, Retry, Shown,
    Waiting,
};
use serde::{Deserialize, Serialize};

use super::{ClusterName, TaskDefinition, TaskDefinitionArn, cluster::CLUSTER};
use crate::{
    Tags,
    ec2::{SecurityGroupId, SubnetId},
    elb::TargetGroupArn,
    output,
};

output!(
    /// The name of a service.
    ServiceName = "service", "name"
);

/// A Fargate service with rolling deployments that are rolled back if they fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "ECS has that many switches")]
pub struct Service {
    /// Unique in its cluster.
    pub name: String,
    /// Its cluster.
    pub cluster: Ref<ClusterName>,
    /// What its tasks run.
    pub task_definition: Ref<TaskDefinitionArn>,
    /// The number of tasks; for a live service that something scales, the desired number.
    pub count: i32,
    /// The subnets of its tasks.
    pub subnets: BTreeSet<Ref<SubnetId>>,
    /// The security groups of its tasks.
    pub security_groups: BTreeSet<Ref<SecurityGroupId>>,
    /// Whether its tasks have public addresses.
    pub public: bool,
    /// Where requests of load balancers arrive; none for a service without one.
    pub targets: BTreeSet<ServiceTarget>,
    /// How many seconds a new task may fail the health checks of the load balancer; zero without
    /// one.
    pub health_grace_seconds: i32,
    /// Whether a failed deployment is stopped and rolled back.
    pub circuit_breaker: bool,
    /// The minimum of healthy tasks during a deployment, in per cent of the desired number.
    pub minimum_percent: i32,
    /// The maximum of tasks during a deployment, in per cent of the desired number.
    pub maximum_percent: i32,
    /// The capacity providers with their shares, if its tasks do not simply run on Fargate. Never
    /// desired.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capacity: BTreeSet<String>,
    /// Whether its tasks get its tags.
    pub tagged_tasks: bool,
    /// Whether its tasks get ECS's own tags as well, which name their cluster and service.
    pub managed_tags: bool,
    /// Why its last deployment failed. Never desired, so it is a difference, which another
    /// deployment settles.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub failed: String,
    /// Its tags.
    pub tags: Tags,
}

/// How a load balancer reaches a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceTarget {
    /// The group in which its tasks register.
    pub group: Ref<TargetGroupArn>,
    /// The container.
    pub container: String,
    /// The port of the container.
    pub port: u16,
}

/// What AWS assigns to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceOutputs {
    /// Its name, once it exists.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

/// The services in the clusters of a stack.
const SERVICE: &[&str] = &["ecs:{region}:{account}:service/{stack}-*"];

impl Kind for Service {
    type Outputs = ServiceOutputs;
    const KIND: &'static str = "service";
    const OUTPUTS: &'static [&'static str] = &["name", "arn"];
    const NAME: Option<NameRule> = NameRule::name(255, "-_");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = Shown::plain("service.*", "name");
    const CHARGES: Charges<Self> = |name, spec, billing| {
        let Some(task) = billing.spec::<TaskDefinition>(name) else { return Vec::new() };
        let tasks = f64::from(spec.count);
        vec![
            Charge::hourly("fargate-vcpu", tasks * f64::from(task.cpu) / 1024.0),
            Charge::hourly("fargate-memory", tasks * f64::from(task.memory) / 1024.0),
        ]
    };
    const REPLACEMENT: Replacement = Replacement {
        gap: "the service has no tasks",
        immutable: &["name", "cluster"],
        ..Replacement::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        patience: Duration::from_mins(20),
        retry: &[
            Retry::new(Operation::Create, "InvalidParameterException")
                .saying("does not have an associated load balancer")
                .within(Duration::from_mins(4)),
            Retry::new(Operation::Create, "InvalidParameterException")
                .saying("Unable to assume the service linked role"),
            Retry::new(Operation::Create, "InvalidParameterException")
                .saying("verify that the ECS service role being passed has the proper permissions"),
            Retry::new(Operation::Create, "InvalidParameterException")
                .saying("Unable to Start a service that is still Draining")
                .within(Duration::from_mins(20)),
            unheard(Operation::Create, "Error retrieving subnet information"),
            unheard(Operation::Create, "Error retrieving security group information"),
            unheard(Operation::Update, "Error retrieving subnet information"),
            unheard(Operation::Update, "Error retrieving security group information"),
            Retry::new(Operation::Create, "ClusterNotFoundException"),
            Retry::new(Operation::Destroy, "InvalidParameterException")
                .saying("The service cannot be stopped while deployments are active.")
                .within(Duration::from_mins(4)),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 1, update: 1, destroy: 3 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&[
            "application-autoscaling:DescribeScalableTargets",
            "ecs:DescribeTaskDefinition",
            "ecs:ListServices",
        ]),
        Grant::look(&["ecs:DescribeClusters"]).on(CLUSTER),
        Grant::look(&["ecs:DescribeServices"]).on(SERVICE),
        Grant::look(&["ecr:DescribeImages"]).on(&["ecr:{region}:{account}:repository/{lower}-*"]),
        Grant::make(&["ecs:CreateService", "ecs:TagResource", "ecs:UpdateService"]).on(SERVICE),
        Grant::make(&["ecs:ListTasks"]),
        Grant::make(&["ecs:DescribeTasks"]).on(&["ecs:{region}:{account}:task/{stack}-*"]),
        Grant::remove(&["ecs:DeleteService", "ecs:UpdateService"]).on(SERVICE),
    ];
}

/// How ECS answers for parts of the network that it does not know yet.
const fn unheard(on: Operation, message: &'static str) -> Retry {
    Retry::new(on, "InvalidParameterException").saying(message).within(Duration::from_mins(1))
}
