//! What RDS refuses of a database instance only for a while.

use nk_model::{Operation, Retry};

/// All of it.
pub(super) const RETRY: &[Retry] = &[
    Retry {
        on: Operation::Create,
        code: "InvalidParameterValue",
        message: "ENHANCED_MONITORING",
        patience: 120.0,
    },
    // The secret with the password was made a moment ago.
    Retry {
        on: Operation::Create,
        code: "ResourceNotFoundException",
        message: "",
        patience: 120.0,
    },
    unknown_groups(Operation::Create),
    unknown_groups(Operation::Update),
    Retry {
        on: Operation::Create,
        code: "DBSubnetGroupNotFoundFault",
        message: "",
        patience: 60.0,
    },
    Retry {
        on: Operation::Update,
        code: "InvalidParameterValue",
        message: "IAM role ARN value is invalid or does not include the required permissions",
        patience: 120.0,
    },
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
    Retry { on, code: "InvalidParameterValue", message: "Invalid security group", patience: 60.0 }
}

/// How RDS words it while it is at something else. What it has given up is in an invalid state too,
/// and comes to no other by itself.
const fn busy(on: Operation, message: &'static str) -> Retry {
    Retry { on, code: "InvalidDBInstanceState", message, patience: 40.0 * 60.0 }
}
