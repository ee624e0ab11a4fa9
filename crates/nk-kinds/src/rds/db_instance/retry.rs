//! What RDS refuses for a database instance only for a while.

use std::time::Duration;

use nk_model::{Operation, Retry};

/// All of these.
pub(super) const RETRY: &[Retry] = &[
    Retry::new(Operation::Create, "InvalidParameterValue").saying("ENHANCED_MONITORING"),
    // The secret with the password was created only a moment ago.
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

/// How RDS answers for security groups that it does not know yet.
const fn unknown_groups(on: Operation) -> Retry {
    Retry::new(on, "InvalidParameterValue")
        .saying("Invalid security group")
        .within(Duration::from_mins(1))
}

/// How RDS refuses while it is doing something else. An instance that has failed is in an invalid
/// state too, and does not leave it by itself.
const fn busy(on: Operation, message: &'static str) -> Retry {
    Retry::new(on, "InvalidDBInstanceState").saying(message).within(Duration::from_mins(40))
}
