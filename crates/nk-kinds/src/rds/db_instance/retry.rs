//! What RDS refuses of a database instance only for a while.

use std::time::Duration;

use nk_model::{Operation, Retry};

/// All of it.
pub(super) const RETRY: &[Retry] = &[
    Retry::new(Operation::Create, "InvalidParameterValue").saying("ENHANCED_MONITORING"),
    // The secret with the password was made a moment ago.
    Retry::new(Operation::Create, "ResourceNotFoundException"),
    unknown_groups(Operation::Create),
    unknown_groups(Operation::Update),
    Retry::new(Operation::Create, "DBSubnetGroupNotFoundFault").within(Duration::from_mins(1)),
    Retry::new(Operation::Update, "InvalidParameterValue")
        .saying("IAM role ARN value is invalid or does not include the required permissions"),
    busy(Operation::Update, "available state"),
    busy(Operation::Update, "request later"),
    busy(Operation::Update, "in-progress"),
    busy(Operation::Destroy, "available state"),
    busy(Operation::Destroy, "request later"),
    busy(Operation::Destroy, "in-progress"),
    busy(Operation::Destroy, "is currently creating"),
    busy(Operation::Destroy, "is currently modifying"),
    busy(Operation::Destroy, "is currently backing-up"),
];

/// How RDS words it of security groups that it has not heard of yet.
const fn unknown_groups(on: Operation) -> Retry {
    Retry::new(on, "InvalidParameterValue")
        .saying("Invalid security group")
        .within(Duration::from_mins(1))
}

/// How RDS words it while it is at something else. What it has given up is in an invalid state too,
/// and comes to no other by itself.
const fn busy(on: Operation, message: &'static str) -> Retry {
    Retry::new(on, "InvalidDBInstanceState").saying(message).within(Duration::from_mins(40))
}
