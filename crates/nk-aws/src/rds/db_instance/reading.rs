//! What RDS reports about a database instance, as the spec that would have produced it.

use std::collections::BTreeSet;

use aws_sdk_rds::{
    operation::{
        describe_db_instances::DescribeDBInstancesError, modify_db_instance::ModifyDBInstanceError,
    },
    types::{self, DatabaseInsightsMode, PendingModifiedValues},
};
use nk_engine::CloudResult;
use nk_kinds::{
    EngineVersion, Tags, Window,
    rds::{DbInstance, DbInstanceOutputs, Storage},
};
use nk_model::{Address, Live, Phase, Ref};

use super::{LiveInstance, request::LIFECYCLE};
use crate::sdk_error::{garbled, refused};

/// The states in which an instance can be changed.
const READY: [&str; 3] = ["available", "storage-optimization", "storage-initialization"];

/// The states in which RDS deletes an instance only without a final snapshot. In other failed
/// states there may be data to save. See
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html>.
const WITHOUT_SNAPSHOT: [&str; 3] = ["failed", "incompatible-network", "incompatible-restore"];

/// RDS's word for an instance in paid support.
const EXTENDED_SUPPORT: &str = "open-source-rds-extended-support";

/// What a person should know about an instance that is not running.
const STOPPED: &str = "it is stopped";

pub(super) fn live(
    address: Address,
    instance: &types::DbInstance,
    tags: Tags,
    wanted: Option<&DbInstance>,
) -> CloudResult<LiveInstance> {
    let spec = spec(instance, tags, wanted)?;
    let endpoint = instance.endpoint.as_ref().and_then(|endpoint| endpoint.address.clone());
    let outputs = DbInstanceOutputs {
        name: spec.name.clone(),
        endpoint: endpoint.filter(|host| !host.is_empty()),
        arn: instance.db_instance_arn.clone().unwrap_or_default(),
        subnets: subnets(instance),
        disk: disk(instance),
        final_snapshot: None,
    };
    let (phase, note) = phase(instance.db_instance_status().unwrap_or("creating"));
    let live = Live::ready(address, outputs.arn.clone(), spec, outputs).in_phase(phase);
    let notes = note.map(str::to_owned).into_iter().chain(reboots(instance));
    Ok(Live { notes: notes.chain(extended_support(instance)).collect(), ..live })
}

/// The subnets of its group in the zones of the instance and of its standby.
fn subnets(instance: &types::DbInstance) -> BTreeSet<String> {
    let zones = [instance.availability_zone(), instance.secondary_availability_zone()];
    let group = instance.db_subnet_group.as_ref();
    let subnets = group.map(types::DbSubnetGroup::subnets).unwrap_or_default().iter();
    let stands = |subnet: &&types::Subnet| {
        let zone = subnet.subnet_availability_zone().and_then(|zone| zone.name());
        zone.is_some() && zones.contains(&zone)
    };
    subnets.filter(stands).filter_map(|subnet| subnet.subnet_identifier.clone()).collect()
}

/// Whether RDS has pending changes.
pub(super) fn pending(instance: &types::DbInstance) -> bool {
    let nothing = PendingModifiedValues::builder().build();
    instance.pending_modified_values.as_ref().is_some_and(|pending| *pending != nothing)
}

/// The phase for a status, and what a person should know about it.
fn phase(status: &str) -> (Phase, Option<&str>) {
    let failed = ["failed", "restore-error", "insufficient-capacity"].contains(&status)
        || ["incompatible-", "inaccessible-"].iter().any(|word| status.starts_with(word));
    match status {
        _ if READY.contains(&status) => (Phase::Ready, None),
        "deleting" => (Phase::Leaving(status.into()), None),
        // These can be repaired, with more storage in the stack file, or by starting it.
        "storage-full" => (Phase::Ready, Some("its storage is full")),
        "stopped" => (Phase::Ready, Some(STOPPED)),
        // So can this, with other parameters, which would never arrive if it stopped the plan.
        "incompatible-parameters" => (
            Phase::Ready,
            Some(
                "it does not start with its parameters; correct `database.parameters`, apply, and \
                 reboot it",
            ),
        ),
        _ if failed => (Phase::Failed(status.into()), None),
        _ => (Phase::Busy(status.into()), None),
    }
}

/// The state of an instance whose data no snapshot can save any more.
pub(super) fn lost(phase: &Phase) -> Option<&str> {
    match phase {
        Phase::Failed(status) => {
            Some(status.as_str()).filter(|status| WITHOUT_SNAPSHOT.contains(status))
        }
        _ => None,
    }
}

/// Refuses to change what RDS changes only after somebody has started the instance.
pub(super) fn running(live: &LiveInstance) -> CloudResult<()> {
    if !live.notes.iter().any(|note| note == STOPPED) {
        return Ok(());
    }
    let name = &live.spec.name;
    let message = format!(
        "`{name}` is stopped; start it with `aws rds start-db-instance --db-instance-identifier \
         {name}`"
    );
    Err(refused::<ModifyDBInstanceError>(message))
}

/// The parameter groups whose settings wait for a reboot, which nk never does by itself.
fn reboots(instance: &types::DbInstance) -> impl Iterator<Item = String> {
    instance
        .db_parameter_groups()
        .iter()
        .filter(|group| group.parameter_apply_status() == Some("pending-reboot"))
        .filter_map(|group| group.db_parameter_group_name())
        .map(|name| format!("the changes in `{name}` need a reboot"))
}

/// The note that an instance will be in paid support once its major version is out of support. RDS
/// accepts a choice when an instance is created or restored, and not later. See
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-creating-db-instance.html>.
fn extended_support(instance: &types::DbInstance) -> Option<String> {
    let enrolled = instance.engine_lifecycle_support() == Some(EXTENDED_SUPPORT);
    enrolled.then(|| {
        format!(
            "it is enrolled in RDS Extended Support, which is charged after the standard support \
             of its major version ends; to leave it, upgrade, or restore a snapshot with \
             `--engine-lifecycle-support {LIFECYCLE}`"
        )
    })
}

/// What waits for the maintenance window counts as done, because otherwise every plan would ask for
/// it again.
fn spec(
    instance: &types::DbInstance,
    tags: Tags,
    wanted: Option<&DbInstance>,
) -> CloudResult<DbInstance> {
    let nothing = PendingModifiedValues::builder().build();
    let pending = instance.pending_modified_values.as_ref().unwrap_or(&nothing);
    let endpoint_port = instance.endpoint.as_ref().and_then(|endpoint| endpoint.port);
    let instance_port = instance.db_instance_port.filter(|port| *port > 0);
    let port = pending.port.or(endpoint_port).or(instance_port);
    let insights = instance.performance_insights_enabled == Some(true);
    let insights_days = instance.performance_insights_retention_period.unwrap_or(7);
    let mode = instance.database_insights_mode.as_ref();
    let monitoring_seconds = instance.monitoring_interval.unwrap_or(0);
    let role = instance.monitoring_role_arn.clone().filter(|_| monitoring_seconds > 0);
    let subnet_group = instance.db_subnet_group.as_ref();
    let subnet_group = subnet_group.and_then(|group| group.db_subnet_group_name()).unwrap_or("");
    let groups = instance.vpc_security_groups().iter();
    let groups = groups.filter(|group| group.status() != Some("removing"));
    let parameter_groups = instance.db_parameter_groups().first();
    Ok(DbInstance {
        name: instance.db_instance_identifier.clone().unwrap_or_default(),
        engine: pending.engine.clone().or(instance.engine.clone()).unwrap_or_default(),
        version: version(instance, pending, wanted)?,
        install: wanted.and_then(|wanted| wanted.install.clone()),
        class: pending
            .db_instance_class
            .clone()
            .or(instance.db_instance_class.clone())
            .unwrap_or_default(),
        storage: storage(disk(instance), instance.max_allocated_storage, wanted),
        storage_type: pending
            .storage_type
            .clone()
            .or(instance.storage_type.clone())
            .unwrap_or_default(),
        multi_zone: pending.multi_az.or(instance.multi_az).unwrap_or(false),
        encrypted: instance.storage_encrypted.unwrap_or(false),
        database: instance.db_name.clone().unwrap_or_default(),
        username: instance.master_username.clone().unwrap_or_default(),
        password: wanted.map_or_else(|| Ref::known(""), |wanted| wanted.password.clone()),
        port: port.or(wanted.map(|wanted| wanted.port)).unwrap_or(5432),
        backup_days: pending
            .backup_retention_period
            .or(instance.backup_retention_period)
            .unwrap_or(0),
        backup_window: window(instance.preferred_backup_window())?,
        maintenance_window: window(instance.preferred_maintenance_window())?,
        minor_upgrades: instance.auto_minor_version_upgrade.unwrap_or(false),
        insights_days: if insights { insights_days } else { 0 },
        insights_mode: mode.unwrap_or(&DatabaseInsightsMode::Standard).to_string(),
        monitoring_seconds,
        monitoring_role: role.map(Ref::known),
        public: instance.publicly_accessible.unwrap_or(false),
        subnet_group: Ref::known(subnet_group),
        security_groups: groups
            .filter_map(|group| group.vpc_security_group_id.clone().map(Ref::known))
            .collect(),
        parameter_group: parameter_groups
            .and_then(|group| group.db_parameter_group_name.clone().map(Ref::known)),
        protected: instance.deletion_protection.unwrap_or(false),
        // For an orphan, nobody has said that its data may be lost.
        final_snapshot: wanted.is_none_or(|wanted| wanted.final_snapshot),
        tagged_snapshots: instance.copy_tags_to_snapshot.unwrap_or(false),
        tags,
    })
}

fn window(text: Option<&str>) -> CloudResult<Window> {
    text.unwrap_or_default().parse().map_err(|error| garbled::<DescribeDBInstancesError>(&error))
}

/// The live version, or the desired one if the live one satisfies it.
fn version(
    instance: &types::DbInstance,
    pending: &PendingModifiedValues,
    wanted: Option<&DbInstance>,
) -> CloudResult<EngineVersion> {
    let text = pending.engine_version().or(instance.engine_version()).unwrap_or_default();
    let live: EngineVersion =
        text.parse().map_err(|error| garbled::<DescribeDBInstancesError>(&error))?;
    let floor = wanted.map(|wanted| &wanted.version).filter(|floor| floor.admits(&live));
    Ok(floor.cloned().unwrap_or(live))
}

/// The size of the storage, or the size that it is about to have.
fn disk(instance: &types::DbInstance) -> i32 {
    let pending = instance.pending_modified_values.as_ref();
    let pending = pending.and_then(|pending| pending.allocated_storage);
    pending.or(instance.allocated_storage).unwrap_or(0)
}

/// The live storage, without what has been added to the desired size.
fn storage(size: i32, limit: Option<i32>, wanted: Option<&DbInstance>) -> Storage {
    let wanted = wanted.map(|wanted| wanted.storage);
    let grown = wanted.filter(|wanted| size > wanted.initial);
    // RDS reports no limit if storage does not grow, and the same if it has reached its limit; that
    // is all that is possible for a desired limit that it has already exceeded.
    let off = wanted.filter(|wanted| wanted.limit < Storage::least_limit(size));
    let off = off.map_or(size, |wanted| wanted.limit);
    Storage {
        initial: grown.map_or(size, |wanted| wanted.initial),
        limit: limit.filter(|limit| *limit > size).unwrap_or(off),
    }
}

#[cfg(test)]
pub(super) mod tests;
