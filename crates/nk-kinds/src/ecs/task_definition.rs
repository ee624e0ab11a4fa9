//! A task definition: what the tasks of a service run.

use std::collections::BTreeMap;

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
/// runs, or the latest if none does.
///
/// AWS does not change revisions: another one is registered, and the services move to it. The old
/// ones stay available for a roll-back until the family is destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TaskDefinition {
    /// The name of the family.
    pub family: String,
    /// In CPU units; 1024 are one vCPU.
    pub cpu: u32,
    /// In MiB.
    pub memory: u32,
    /// The role that pulls the image and reads the secrets.
    pub execution_role: Ref<RoleArn>,
    /// The role of the application.
    pub task_role: Ref<RoleArn>,
    /// The container.
    pub container: Container,
    /// Its tags.
    pub tags: Tags,
}

/// The container of a task definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Container {
    /// Its name in the task.
    pub name: String,
    /// The image; none to keep the deployed one, whoever deployed it, or to use `latest` of the
    /// repository.
    pub image: Option<String>,
    /// The repository from which an image comes that was never deployed; for a live one, the
    /// repository of its image.
    pub repository: Ref<RepositoryUri>,
    /// The TCP port on which it listens.
    pub port: u16,
    /// Its environment in plain text, never a secret.
    pub environment: BTreeMap<String, String>,
    /// Its environment from secrets: for each name the source of the value, in ECS's spelling
    /// (`ARN:key::`).
    pub secrets: BTreeMap<String, String>,
    /// The log group for its output.
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
const DEFINITION: &[&str] = &["ecs:{region}:{account}:task-definition/{stack}-*"];

impl Kind for TaskDefinition {
    type Outputs = TaskDefinitionOutputs;
    const KIND: &'static str = "task-definition";
    const OUTPUTS: &'static [&'static str] = &["arn"];
    const NAME: Option<NameRule> =
        Some(NameRule { field: "family", longest: 255, punctuation: "-_" });
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
            // What a live revision says beyond a spec, as in `health check`.
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
