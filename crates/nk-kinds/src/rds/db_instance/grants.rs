//! What nk must be allowed for a database instance.

use nk_model::Grant;

/// The databases of a stack.
const DATABASE: &[&str] = &["rds:{region}:{account}:db:{db-instance}"];

/// A database and the groups that it may be put into.
const SETTINGS: &[&str] = &[
    "rds:{region}:{account}:db:{db-instance}",
    "rds:{region}:{account}:og:default*",
    "rds:{region}:{account}:pg:default*",
    "rds:{region}:{account}:pg:{db-parameter-group}",
    "rds:{region}:{account}:subgrp:{db-subnet-group}",
];

/// A database and its last snapshot.
const SNAPSHOT: &[&str] =
    &["rds:{region}:{account}:db:{db-instance}", "rds:{region}:{account}:snapshot:{db-instance}-*"];

/// All of it.
pub(super) const GRANTS: &[Grant] = &[
    Grant::look(&["rds:DescribeDBInstances"]),
    Grant::look(&["rds:DescribeDBEngineVersions"]).given("engine"),
    Grant::make(&["secretsmanager:GetSecretValue"])
        .on(&["secretsmanager:{region}:{account}:secret:{secret.db-password}*"]),
    Grant::make(&["rds:CreateDBInstance", "rds:ModifyDBInstance"]).on(SETTINGS),
    Grant::make(&["rds:AddTagsToResource"]).on(DATABASE),
    // RDS looks at the network with its caller's eyes.
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
