//! A task definition: what a service's tasks run.

use std::collections::{BTreeMap, BTreeSet};

use nk_model::{
    Calls, Charges, Equate, Grant, Identity, Kind, NameRule, Ref, Replace, Replacement, Shown, free,
};
use serde::{Deserialize, Serialize};

use crate::{Tags, ecr::RepositoryUri, iam::RoleArn, logs::LogGroupName, output};

output!(
    /// The ARN of a task definition's revision.
    TaskDefinitionArn = "task-definition", "arn"
);

/// A revision of a family of Fargate task definitions with one container: the one that its service
/// runs, or where none does, the latest.
///
/// AWS changes no revision: another one is registered, and the services move over. The old ones stay
/// to roll back to, until the family is destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TaskDefinition {
    /// The name that its revisions share.
    pub family: String,
    /// In CPU units: 1024 are one vCPU.
    pub cpu: u32,
    /// In MiB.
    pub memory: u32,
    /// The role that pulls the image and reads the secrets.
    pub execution_role: Ref<RoleArn>,
    /// The role that the application has.
    pub task_role: Ref<RoleArn>,
    /// The container.
    pub container: Container,
    /// What a live revision says that a spec cannot, as in `health check`. Never wanted, so that it
    /// is a difference wherever somebody has put it there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub extra: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
}

/// The container of a task definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Container {
    /// Its name in the task.
    pub name: String,
    /// The image; none to keep the one deployed, whoever did that, or else take `latest` of the
    /// repository.
    pub image: Option<String>,
    /// Where an image comes from when none was ever deployed; live, where its own came from.
    pub repository: Ref<RepositoryUri>,
    /// The TCP port it listens on.
    pub port: u16,
    /// Its environment, in clear. Never a secret.
    pub environment: BTreeMap<String, String>,
    /// Its environment from secrets: for each name where the value comes from, as ECS writes it
    /// (`ARN:key::`).
    pub secrets: BTreeMap<String, String>,
    /// Where its output goes.
    pub log_group: Ref<LogGroupName>,
    /// The region of the log group.
    pub log_region: String,
}

/// What AWS assigns to a task definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDefinitionOutputs {
    /// The revision's ARN.
    pub arn: String,
}

/// The revisions of a stack's families.
const DEFINITION: &[&str] = &["ecs:{region}:{account}:task-definition/{task-definition}:*"];

impl Kind for TaskDefinition {
    type Outputs = TaskDefinitionOutputs;
    const KIND: &'static str = "task-definition";
    const OUTPUTS: &'static [&'static str] = &["arn"];
    const NAME: Option<NameRule> =
        Some(NameRule { field: "family", longest: 255, punctuation: "-_", lower: false });
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const IDENTITY: Identity = Identity { guarded: false, ..Identity::DEFAULT };
    const REPLACEMENT: Replacement = Replacement {
        immutable: &[
            "family",
            "cpu",
            "memory",
            "execution-role",
            "task-role",
            "container",
            "extra",
        ],
        how: Replace::Supersede,
        ..Replacement::DEFAULT
    };
    const EQUATE: Option<Equate<Self>> =
        Some(|live, wanted| live.spec.container.repository = wanted.container.repository.clone());
    const CALLS: Calls = Calls { create: 1, update: 1, destroy: 4 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&[
            "ecs:DescribeTaskDefinition",
            "ecs:ListTaskDefinitionFamilies",
            "ecs:ListTaskDefinitions",
        ]),
        Grant::make(&["ecs:RegisterTaskDefinition", "ecs:TagResource"]).on(DEFINITION),
        Grant::pass_role(&["ecs-tasks.amazonaws.com"]),
        Grant::remove(&["ecs:DeregisterTaskDefinition"]),
        Grant::remove(&["ecs:DeleteTaskDefinitions"]).on(DEFINITION),
    ];
}
