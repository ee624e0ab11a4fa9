//! A role, with its policies.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use nk_model::{
    Calls, Charges, Grant, Kind, NameRule, Only, Operation, Replacement, Retry, Shown, StackId,
    Waiting, free,
};
use serde::{Deserialize, Serialize};

use crate::{PolicyDocument, Tags, output};

output!(
    /// The ARN of a role.
    RoleArn = "role", "arn"
);

/// A role that an AWS service assumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Role {
    /// Unique in the account, regardless of case; at most 64 characters.
    pub name: String,
    /// Who may assume it.
    pub trust: PolicyDocument,
    /// The ARNs of the managed policies attached to it.
    pub managed: BTreeSet<String>,
    /// Its inline policies by name.
    pub inline: BTreeMap<String, PolicyDocument>,
    /// Its tags.
    pub tags: Tags,
}

impl Role {
    /// Pulls images, writes logs and reads secrets for tasks before they run.
    pub const EXECUTION: &'static str = "ecs-task-execution";
    /// The permissions of tasks while they run.
    pub const TASK: &'static str = "ecs-task";
    /// Lets RDS write the measurements of Enhanced Monitoring.
    pub const MONITORING: &'static str = "rds-enhanced-monitoring";

    /// The name at AWS of the role with this name in a stack.
    pub fn called(stack: &StackId, name: &str) -> String {
        format!("{}-{name}-role", stack.prefix())
    }

    /// The names at AWS of all roles that a stack may have.
    pub fn names(stack: &StackId) -> [String; 3] {
        [Self::EXECUTION, Self::TASK, Self::MONITORING].map(|name| Self::called(stack, name))
    }
}

/// What AWS assigns to a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleOutputs {
    /// Such as `arn:aws:iam::123456789012:role/name`.
    pub arn: String,
}

/// The roles of a stack, by their names.
const ROLE: &[&str] = &["iam::{account}:role/{stack}-*"];

impl Kind for Role {
    type Outputs = RoleOutputs;
    const KIND: &'static str = "role";
    const OUTPUTS: &'static [&'static str] = &["arn"];
    const NAME: Option<NameRule> = NameRule::name(64, "+=,.@-_");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement = Replacement { immutable: &["name"], ..Replacement::DEFAULT };
    const WAITING: Waiting = Waiting {
        retry: &[
            Retry::new(Operation::Create, "MalformedPolicyDocument")
                .saying("Invalid principal in policy"),
            Retry::new(Operation::Update, "ConcurrentModification"),
            Retry::new(Operation::Update, "NoSuchEntity")
                .saying("role")
                .within(Duration::from_mins(1)),
            Retry::new(Operation::Destroy, "DeleteConflict"),
            Retry::new(Operation::Destroy, "ConcurrentModification"),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 3, update: 2, destroy: 5 };
    const GRANTS: &'static [Grant] = &[
        Grant::shortcut(&["iam:GetAccountAuthorizationDetails"]),
        Grant::look(&[
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ])
        .on(ROLE),
        Grant::make(&[
            "iam:CreateRole",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UpdateAssumeRolePolicy",
        ])
        .on(ROLE),
        Grant::make(&["iam:AttachRolePolicy"])
            .on(ROLE)
            .only(Only::Among("iam:PolicyARN", "managed"))
            .given("managed"),
        Grant::remove(&["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"]).on(ROLE),
    ];
}
