//! A DB subnet group: the subnets in which a database may be.

use std::{collections::BTreeSet, time::Duration};

use nk_model::{
    Calls, Charges, Grant, Kind, NameRule, Operation, Ref, Replacement, Retry, Shown, StackId,
    Waiting, free,
};
use serde::{Deserialize, Serialize};

use crate::{
    Tags,
    ec2::{SubnetId, unheard},
    output,
};

output!(
    /// The name of a DB subnet group.
    DbSubnetGroupName = "db-subnet-group", "name"
);

/// A DB subnet group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DbSubnetGroup {
    /// Unique in account and region; lower case, as RDS stores it.
    pub name: String,
    /// Its purpose.
    pub description: String,
    /// Subnets in at least two zones.
    pub subnets: BTreeSet<Ref<SubnetId>>,
    /// Its tags.
    pub tags: Tags,
}

impl DbSubnetGroup {
    /// The name of a stack's only group at AWS.
    pub fn called(stack: &StackId) -> String {
        format!("{}-db-subnet-group", stack.prefix()).to_lowercase()
    }
}

/// What AWS assigns to a DB subnet group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbSubnetGroupOutputs {
    /// Its name, once it exists.
    pub name: String,
}

/// The subnet groups of a stack, by their names.
const GROUP: &[&str] = &["rds:{region}:{account}:subgrp:{lower}-*"];

impl Kind for DbSubnetGroup {
    type Outputs = DbSubnetGroupOutputs;
    const KIND: &'static str = "db-subnet-group";
    const OUTPUTS: &'static [&'static str] = &["name"];
    const NAME: Option<NameRule> = NameRule::name(255, "._- ");
    const TAG_TYPE: Option<&'static str> = Some("rds:subgrp");
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = free;
    const REPLACEMENT: Replacement = Replacement { immutable: &["name"], ..Replacement::DEFAULT };
    const WAITING: Waiting = Waiting {
        retry: &[
            unheard(Operation::Create, "InvalidSubnet"),
            unheard(Operation::Update, "InvalidSubnet"),
            unknown_subnets(Operation::Create),
            unknown_subnets(Operation::Update),
            Retry::new(Operation::Destroy, "InvalidDBSubnetGroupStateFault")
                .within(Duration::from_mins(3)),
        ],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 1, update: 1, destroy: 2 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["rds:DescribeDBSubnetGroups"]),
        Grant::look(&["rds:ListTagsForResource"]).on(GROUP),
        Grant::make(&[
            "rds:AddTagsToResource",
            "rds:CreateDBSubnetGroup",
            "rds:ModifyDBSubnetGroup",
        ])
        .on(GROUP),
        Grant::remove(&["rds:DeleteDBSubnetGroup"]).on(GROUP),
    ];
}

/// How RDS answers for subnets that it does not know yet.
const fn unknown_subnets(on: Operation) -> Retry {
    Retry::new(on, "InvalidParameterValue")
        .saying("Some input subnets")
        .within(Duration::from_mins(1))
}
