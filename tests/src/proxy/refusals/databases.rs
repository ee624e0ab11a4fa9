//! What RDS refuses.

use tokio::time::Instant;

use super::{
    Objection,
    account::{Account, Kind, Thing},
    deed::{Deed, Id, Names, Words, change, make, remove},
    fields::Fields,
    network::note,
};
use crate::proxy::Call;

const SUBNETS: Names = Names::new(
    "SubnetIds.SubnetIdentifier",
    Kind::Subnet,
    Words(400, "InvalidParameterValue", "Some input subnets in :[{}] are invalid."),
)
.late();
const SUBNET_GROUP: Names = Names::new(
    "DBSubnetGroupName",
    Kind::SubnetGroup,
    Words(404, "DBSubnetGroupNotFoundFault", "DB subnet group '{}' does not exist."),
);
const PARAMETERS: Names = Names::new(
    "DBParameterGroupName",
    Kind::ParameterGroup,
    Words(404, "DBParameterGroupNotFound", "DBParameterGroup not found: {}"),
);
const GROUPS: Names = Names::new(
    "VpcSecurityGroupIds.VpcSecurityGroupId",
    Kind::SecurityGroup,
    Words(400, "InvalidParameterValue", "Invalid security group , groupId= {}, groupName=."),
)
.late();
const MONITORING: Names = Names::new(
    "MonitoringRoleArn",
    Kind::Role,
    Words(
        400,
        "InvalidParameterValue",
        "The specified value for the monitoring role is invalid: IAM role ARN value is invalid or \
         does not include the required permissions for: ENHANCED_MONITORING",
    ),
)
.late();

pub(super) const DEEDS: &[Deed] = &[
    make("rds:CreateDBSubnetGroup", Kind::SubnetGroup, Id::Asked(&["DBSubnetGroupName"]))
        .naming(&[SUBNETS])
        .once(
            &["DBSubnetGroupName"],
            Words(400, "DBSubnetGroupAlreadyExists", "The DB subnet group '{}' already exists."),
        ),
    change("rds:ModifyDBSubnetGroup", Kind::SubnetGroup, &["DBSubnetGroupName"]).naming(&[SUBNETS]),
    remove("rds:DeleteDBSubnetGroup", Kind::SubnetGroup, &["DBSubnetGroupName"]).unless_used(
        &[Kind::Database],
        Words(
            400,
            "InvalidDBSubnetGroupStateFault",
            "Cannot delete the subnet group '{}' because at least one database instance is still \
             using it.",
        ),
    ),
    make("rds:CreateDBParameterGroup", Kind::ParameterGroup, Id::Asked(&["DBParameterGroupName"]))
        .once(
            &["DBParameterGroupName"],
            Words(400, "DBParameterGroupAlreadyExists", "Parameter group {} already exists"),
        ),
    remove("rds:DeleteDBParameterGroup", Kind::ParameterGroup, &["DBParameterGroupName"])
        .unless_used(
            &[Kind::Database],
            Words(
                400,
                "InvalidDBParameterGroupState",
                "One or more database instances are still members of this parameter group {}, so \
                 the group cannot be deleted",
            ),
        ),
    make("rds:CreateDBInstance", Kind::Database, Id::Asked(&["DBInstanceIdentifier"]))
        .naming(&[SUBNET_GROUP, PARAMETERS, GROUPS, MONITORING])
        .once(
            &["DBInstanceIdentifier"],
            Words(400, "DBInstanceAlreadyExists", "DB instance already exists: {}"),
        ),
    change("rds:ModifyDBInstance", Kind::Database, &["DBInstanceIdentifier"])
        .naming(&[PARAMETERS, GROUPS, MONITORING]),
    remove("rds:DeleteDBInstance", Kind::Database, &["DBInstanceIdentifier"]),
];

/// What the table cannot express.
pub(super) fn objection(account: &Account, call: &Call, asked: &Fields) -> Option<Objection> {
    match call.name().as_str() {
        "rds:ModifyDBInstance" => {
            let name = asked.one("DBInstanceIdentifier")?;
            let database = account.get(Kind::Database, name)?;
            let words = "Database instance {} is not in available state.";
            let busy = database.word("deleting").is_some();
            busy.then(|| Words(400, "InvalidDBInstanceState", words).about(name, true))
        }
        "rds:DeleteDBInstance" => {
            let name = asked.one("DBInstanceIdentifier")?;
            let database = account.get(Kind::Database, name)?;
            if database.gone.is_some() {
                let words = "Instance {} is already being deleted.";
                return Some(Words(400, "InvalidDBInstanceState", words).about(name, true));
            }
            let words = Words(
                400,
                "InvalidParameterCombination",
                "Cannot delete protected DB Instance, please disable deletion protection and try \
                 again.",
            );
            (database.fact("protected") == "true").then(|| words.about(name, false))
        }
        "rds:ModifyDBSubnetGroup" => dropped(account, asked),
        _ => None,
    }
}

/// A subnet that contains a database cannot be removed from its group.
fn dropped(account: &Account, asked: &Fields) -> Option<Objection> {
    let name = asked.one("DBSubnetGroupName")?;
    let group = account.get(Kind::SubnetGroup, name)?;
    let kept: Vec<_> = asked.all("SubnetIds.SubnetIdentifier").collect();
    let held = |subnet: &&str| {
        let stands = |interface: &Thing| {
            interface.fact("description") == "RDSNetworkInterface"
                && interface.of(Kind::Subnet).any(|one| one == *subnet)
        };
        account.all(Kind::Interface).any(|(_, interface)| stands(interface))
    };
    let subnet = group.of(Kind::Subnet).filter(|one| !kept.contains(one)).find(held)?;
    let words = Words(400, "SubnetAlreadyInUse", "The DB subnet {} is already in use.");
    Some(words.about(subnet, false))
}

/// Learns what the table cannot express.
pub(super) fn learn(account: &mut Account, call: &Call, asked: &Fields) {
    let word = match call.name().as_str() {
        "rds:CreateDBInstance" => "creating",
        "rds:ModifyDBInstance" => "modifying",
        _ => return,
    };
    let name = asked.one("DBInstanceIdentifier").unwrap_or_default();
    let protected = asked.one("DeletionProtection");
    note(account, &(Kind::Database, name.to_owned()), "protected", protected);
    let multi_zone = asked.one("MultiAZ");
    note(account, &(Kind::Database, name.to_owned()), "multi-zone", multi_zone);
    let until = Instant::now() + account.times.pending;
    if let Some(database) = account.get_mut(Kind::Database, name) {
        database.busy = Some((until, word));
    }
}
