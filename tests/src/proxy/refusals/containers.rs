//! What ECS refuses.

use tokio::time::Instant;

use super::{
    Objection,
    account::{Account, Kind},
    deed::{Deed, Id, Names, Words, change, known_as, make, remove},
    fields::Fields,
};
use crate::proxy::Call;

const INVALID: &str = "InvalidParameterException";
const CLUSTER: Names = Names::new(
    "cluster",
    Kind::Cluster,
    Words(400, "ClusterNotFoundException", "Cluster not found."),
);
const DEFINITION: Names = Names::new(
    "taskDefinition",
    Kind::TaskDefinition,
    Words(400, "ClientException", "TaskDefinition not found."),
);
const SUBNETS: Names = Names::new(
    "awsvpcConfiguration.subnets",
    Kind::Subnet,
    Words(
        400,
        INVALID,
        "Error retrieving subnet information for [{}]: The subnet ID '{}' does not exist \
         (ErrorCode: InvalidSubnetID.NotFound)",
    ),
)
.late();
const GROUPS: Names = Names::new(
    "awsvpcConfiguration.securityGroups",
    Kind::SecurityGroup,
    Words(
        400,
        INVALID,
        "Error retrieving security group information for [{}]: The security group '{}' does not \
         exist (ErrorCode: InvalidGroup.NotFound)",
    ),
)
.late();
const TARGETS: Names = Names::new(
    "loadBalancers.targetGroupArn",
    Kind::TargetGroup,
    Words(400, INVALID, "Unable to describe target group {}."),
);

pub(super) const DEEDS: &[Deed] = &[
    make("ecs:CreateCluster", Kind::Cluster, Id::Asked(&["clusterName"])),
    remove("ecs:DeleteCluster", Kind::Cluster, &["cluster"]).unless_used(
        &[Kind::Service],
        Words(
            400,
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
        ),
    ),
    make(
        "ecs:RegisterTaskDefinition",
        Kind::TaskDefinition,
        Id::Answered("taskDefinition.taskDefinitionArn"),
    ),
    remove("ecs:DeregisterTaskDefinition", Kind::TaskDefinition, &["taskDefinition"]),
    make("ecs:CreateService", Kind::Service, Id::Asked(&["serviceName"]))
        .naming(&[CLUSTER, DEFINITION, SUBNETS, GROUPS, TARGETS])
        .once(&["serviceName"], Words(400, INVALID, "Creation of service was not idempotent.")),
    change("ecs:UpdateService", Kind::Service, &["service"])
        .naming(&[CLUSTER, DEFINITION, SUBNETS, GROUPS, TARGETS]),
    remove("ecs:DeleteService", Kind::Service, &["service"]),
];

/// What the table cannot express.
pub(super) fn objection(account: &Account, call: &Call, asked: &Fields) -> Option<Objection> {
    match call.name().as_str() {
        "ecs:CreateService" => {
            let draining =
                |name| account.get(Kind::Service, name).is_some_and(|one| one.gone.is_some());
            if asked.one("serviceName").is_some_and(draining) {
                let words = "Unable to Start a service that is still Draining.";
                return Some(Words(400, INVALID, words).about("", true));
            }
            unattached(account, asked)
        }
        "ecs:UpdateService" => {
            let name = asked.one("service")?;
            let known = account.get(Kind::Service, &known_as(Kind::Service, name));
            let words = Words(400, "ServiceNotActiveException", "Service was not ACTIVE.");
            let active = known.is_some_and(|service| service.gone.is_none());
            (!active).then(|| words.about(name, false)).or_else(|| unattached(account, asked))
        }
        _ => None,
    }
}

/// The targets of a service must be reachable through a listener.
fn unattached(account: &Account, asked: &Fields) -> Option<Objection> {
    let attached = |arn: &&str| {
        let group = (Kind::TargetGroup, (*arn).to_owned());
        account.users(&group, &[Kind::Listener, Kind::ListenerRule]).next().is_some()
    };
    let arn = asked.all("loadBalancers.targetGroupArn").find(|arn| !attached(arn))?;
    let words =
        "The target group with targetGroupArn {} does not have an associated load balancer.";
    Some(Words(400, INVALID, words).about(arn, false))
}

/// Learns what the table cannot express: a service takes time until its tasks run.
pub(super) fn learn(account: &mut Account, call: &Call, asked: &Fields) {
    let name = match call.name().as_str() {
        "ecs:CreateService" => asked.one("serviceName"),
        "ecs:UpdateService" => asked.one("service"),
        _ => return,
    };
    let until = Instant::now() + account.times.pending;
    let name = known_as(Kind::Service, name.unwrap_or_default());
    if let Some(service) = account.get_mut(Kind::Service, &name) {
        service.busy = Some((until, "IN_PROGRESS"));
    }
}
