//! What AWS must allow for a database instance.

use nk_model::Grant;

/// The databases of a stack.
const DATABASE: &[&str] = &["rds:{region}:{account}:db:{lower}-*"];

/// A database and the groups that it may use.
const SETTINGS: &[&str] = &[
    "rds:{region}:{account}:db:{lower}-*",
    "rds:{region}:{account}:og:default*",
    "rds:{region}:{account}:pg:default*",
    "rds:{region}:{account}:pg:{lower}-*",
    "rds:{region}:{account}:subgrp:{lower}-*",
];

/// A database and its final snapshot.
const SNAPSHOT: &[&str] =
    &["rds:{region}:{account}:db:{lower}-*", "rds:{region}:{account}:snapshot:{lower}-*"];

/// All of these.
pub(super) const GRANTS: &[Grant] = &[
    Grant::look(&["rds:DescribeDBInstances"]),
    Grant::look(&["rds:DescribeDBEngineVersions"]).given("engine"),
    Grant::make(&["secretsmanager:GetSecretValue"])
        .on(&["secretsmanager:{region}:{account}:secret:{stack}-db-password*"]),
    Grant::make(&["rds:CreateDBInstance", "rds:ModifyDBInstance"]).on(SETTINGS),
    Grant::make(&["rds:AddTagsToResource"]).on(DATABASE),
    // RDS reads the network with the permissions of its caller.
    Grant::make(&[
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
    ]),
    Grant::pass_role(&["monitoring.rds.amazonaws.com"]).given("monitoring-role"),
    Grant::service_role(&["rds.amazonaws.com"]),
    Grant::remove(&["rds:DeleteDBInstance"]).on(DATABASE),
    Grant::remove(&["rds:CreateDBSnapshot"]).on(SNAPSHOT).given("final-snapshot"),
    Grant::lift(&["rds:ModifyDBInstance"]).on(SETTINGS),
];
