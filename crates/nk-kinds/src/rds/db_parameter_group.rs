//! A DB parameter group: settings of a database engine.

use std::{collections::BTreeMap, time::Duration};

use nk_model::{
    Calls, Charges, Grant, Kind, NameRule, Operation, Replace, Replacement, Retry, Shown, Waiting,
    free,
};
use serde::{Deserialize, Serialize};

use crate::{Tags, output};

output!(
    /// The name of a DB parameter group.
    DbParameterGroupName = "db-parameter-group", "name"
);

/// A DB parameter group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DbParameterGroup {
    /// Unique in account and region; lower case, as RDS stores it. It contains the family, so that
    /// the groups of two major versions can exist at the same time.
    pub name: String,
    /// The engine and its major version, such as `postgres15`.
    pub family: String,
    /// Its purpose.
    pub description: String,
    /// The parameters that differ from the engine's defaults.
    pub parameters: BTreeMap<String, String>,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to a DB parameter group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbParameterGroupOutputs {
    /// Its name, once it exists.
    pub name: String,
}

/// The parameter groups of a stack, by their names.
const GROUP: &[&str] = &["rds:{region}:{account}:pg:{lower}-*"];

impl Kind for DbParameterGroup {
    type Outputs = DbParameterGroupOutputs;
    const KIND: &'static str = "db-parameter-group";
    const OUTPUTS: &'static [&'static str] = &["name"];
    const NAME: Option<NameRule> = NameRule::name(255, "-");
    const TAG_TYPE: Option<&'static str> = Some("rds:pg");
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement = Replacement {
        immutable: &["name", "family", "description"],
        how: Replace::CreateFirst(&["name"]),
        ..Replacement::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        retry: &[Retry::new(Operation::Destroy, "InvalidDBParameterGroupState")
            .within(Duration::from_mins(3))],
        ..Waiting::DEFAULT
    };
    // A group has about four hundred parameters, and RDS returns a hundred per call.
    const CALLS: Calls = Calls { create: 7, update: 6, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["rds:DescribeDBParameterGroups"]),
        Grant::look(&["rds:DescribeDBParameters", "rds:ListTagsForResource"]).on(GROUP),
        Grant::make(&[
            "rds:AddTagsToResource",
            "rds:CreateDBParameterGroup",
            "rds:ModifyDBParameterGroup",
            "rds:ResetDBParameterGroup",
        ])
        .on(GROUP),
        Grant::remove(&["rds:DeleteDBParameterGroup"]).on(GROUP),
    ];
}
