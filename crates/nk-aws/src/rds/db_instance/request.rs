//! The requests to RDS for a database instance.

use aws_sdk_rds::{
    Client,
    operation::{
        create_db_instance::builders::CreateDBInstanceFluentBuilder,
        modify_db_instance::builders::ModifyDBInstanceFluentBuilder,
    },
    types::DatabaseInsightsMode,
};
use nk_kinds::{
    EngineVersion,
    rds::{DbInstance, DbParameterGroupName, Storage},
};
use nk_model::{Change, Changes, Ref};

use super::LiveInstance;
use crate::tags::sdk_tags;

/// By default, RDS enrols the instance in paid support once its major version is out of support.
pub(super) const LIFECYCLE: &str = "open-source-rds-extended-support-disabled";

/// A new instance, with explicit values where a default has changed or does harm.
pub(super) fn create(
    rds: &Client,
    spec: &DbInstance,
    password: &str,
) -> CreateDBInstanceFluentBuilder {
    let insights = spec.insights_days > 0;
    // An instance gets the engine's default group unasked, and that may not exist before the first
    // instance.
    let own = |group: &&Ref<DbParameterGroupName>| !group.as_str().starts_with("default.");
    let own_parameters = spec.parameter_group.as_ref().filter(own);
    rds.create_db_instance()
        .db_instance_identifier(&spec.name)
        .engine(&spec.engine)
        .engine_version(spec.asked_version().to_string())
        .engine_lifecycle_support(LIFECYCLE)
        .auto_minor_version_upgrade(spec.minor_upgrades)
        .db_instance_class(&spec.class)
        .storage_type(&spec.storage_type)
        .allocated_storage(spec.storage.initial)
        .set_max_allocated_storage(
            (spec.storage.limit > spec.storage.initial).then_some(spec.storage.limit),
        )
        .multi_az(spec.multi_zone)
        .storage_encrypted(spec.encrypted)
        .db_name(&spec.database)
        .master_username(&spec.username)
        .master_user_password(password)
        .port(spec.port)
        .backup_retention_period(spec.backup_days)
        .preferred_backup_window(spec.backup_window.to_string())
        .preferred_maintenance_window(spec.maintenance_window.to_string())
        .copy_tags_to_snapshot(spec.tagged_snapshots)
        .enable_performance_insights(insights)
        .set_performance_insights_retention_period(insights.then_some(spec.insights_days))
        .set_database_insights_mode(insights.then(|| mode(spec)))
        .monitoring_interval(spec.monitoring_seconds)
        .set_monitoring_role_arn(spec.monitoring_role.as_ref().map(ToString::to_string))
        .publicly_accessible(spec.public)
        .db_subnet_group_name(spec.subnet_group.as_str())
        .set_vpc_security_group_ids(Some(groups(spec)))
        .set_db_parameter_group_name(own_parameters.map(ToString::to_string))
        .deletion_protection(spec.protected)
        .set_tags(Some(sdk_tags(&spec.tags)))
}

/// Whether the changes include another major version.
pub(super) fn is_major(spec: &DbInstance, live: &DbInstance, changes: &[Change]) -> bool {
    changes.touch("version") && spec.version.major() != live.version.major()
}

/// The changes, made at once rather than in the maintenance window. What is left out stays.
pub(super) fn modify(
    rds: &Client,
    spec: &DbInstance,
    live: &LiveInstance,
    changes: &[Change],
    version: &EngineVersion,
) -> ModifyDBInstanceFluentBuilder {
    let live = &live.spec;
    let disk = live.storage.initial;
    let touched = |field: &str| changes.touch(field);
    let initial = changes.iter().any(|change| change.path == "storage.initial");
    let limit = changes.iter().any(|change| change.path == "storage.limit");
    let insights = touched("insights-days") || touched("insights-mode");
    let insights_on = insights && spec.insights_days > 0;
    let monitoring = touched("monitoring-seconds") || touched("monitoring-role");
    let role = spec.monitoring_role.as_ref().filter(|_| monitoring);
    let major = is_major(spec, live, changes);
    let parameters = spec.parameter_group.as_ref().filter(|_| touched("parameter-group"));
    // With a new major version, RDS itself changes from one default group to another, which it may
    // create only then.
    let own = |group: &Ref<DbParameterGroupName>| group.as_str().starts_with("default.");
    let live_own = live.parameter_group.as_ref().is_some_and(own);
    let parameters = parameters.filter(|group| !(major && live_own && own(group)));
    rds.modify_db_instance()
        .db_instance_identifier(&spec.name)
        .apply_immediately(true)
        .set_engine_version(touched("version").then(|| version.to_string()))
        .set_allow_major_version_upgrade(major.then_some(true))
        .set_db_instance_class(touched("class").then(|| spec.class.clone()))
        .set_allocated_storage(initial.then_some(spec.storage.initial))
        .set_max_allocated_storage(limit.then(|| self::limit(spec.storage, disk)))
        .set_storage_type(touched("storage-type").then(|| spec.storage_type.clone()))
        .set_iops(touched("storage-type").then(|| iops(spec, disk)).flatten())
        .set_auto_minor_version_upgrade(touched("minor-upgrades").then_some(spec.minor_upgrades))
        .set_copy_tags_to_snapshot(touched("tagged-snapshots").then_some(spec.tagged_snapshots))
        .set_multi_az(touched("multi-zone").then_some(spec.multi_zone))
        .set_db_port_number(touched("port").then_some(spec.port))
        .set_backup_retention_period(touched("backup-days").then_some(spec.backup_days))
        .set_preferred_backup_window(
            touched("backup-window").then(|| spec.backup_window.to_string()),
        )
        .set_preferred_maintenance_window(
            touched("maintenance-window").then(|| spec.maintenance_window.to_string()),
        )
        .set_enable_performance_insights(insights.then_some(insights_on))
        .set_performance_insights_retention_period(insights_on.then_some(spec.insights_days))
        .set_database_insights_mode(insights_on.then(|| mode(spec)))
        .set_monitoring_interval(monitoring.then_some(spec.monitoring_seconds))
        .set_monitoring_role_arn(role.map(ToString::to_string))
        .set_publicly_accessible(touched("public").then_some(spec.public))
        .set_vpc_security_group_ids(touched("security-groups").then(|| groups(spec)))
        .set_db_parameter_group_name(parameters.map(ToString::to_string))
        .set_deletion_protection(touched("protected").then_some(spec.protected))
}

/// The limit for storage of this size: equal to the size if it does not grow.
fn limit(wanted: Storage, size: i32) -> i32 {
    let room = wanted.limit >= Storage::least_limit(size);
    if room { wanted.limit } else { size.max(wanted.initial) }
}

/// The number of operations a second to request when the storage type changes: from 400 GiB on, RDS
/// requires the included number for `gp3`, and below that none. See
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage>.
fn iops(spec: &DbInstance, size: i32) -> Option<i32> {
    (spec.storage_type == "gp3" && size.max(spec.storage.initial) >= 400).then_some(12_000)
}

fn mode(spec: &DbInstance) -> DatabaseInsightsMode {
    DatabaseInsightsMode::from(spec.insights_mode.as_str())
}

fn groups(spec: &DbInstance) -> Vec<String> {
    spec.security_groups.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_a_disk_has_outgrown_turns_its_growth_off() {
        let limit = |initial, limit, size| super::limit(Storage { initial, limit }, size);
        assert_eq!(limit(20, 100, 60), 100);
        assert_eq!(limit(20, 40, 60), 60);
        assert_eq!(limit(20, 65, 60), 60);
        assert_eq!(limit(20, 20, 20), 20);
        assert_eq!(limit(80, 80, 60), 80);
        assert_eq!(limit(61, 61, 60), 61);
    }
}
