//! RDS's answers and their meaning.

use std::collections::BTreeSet;

use aws_sdk_rds::types::{DbSubnetGroup, Endpoint, VpcSecurityGroupMembership};

use nk_model::{KindInfo, Unseen};

use super::*;

pub(in super::super) fn wanted() -> DbInstance {
    DbInstance {
        name: "neuraknot-dev-db".into(),
        engine: "postgres".into(),
        version: "15.4".parse().unwrap(),
        install: None,
        class: "db.t3.micro".into(),
        storage: Storage { initial: 20, limit: 100 },
        storage_type: "gp3".into(),
        multi_zone: false,
        encrypted: true,
        database: "neuraknot".into(),
        username: "postgres".into(),
        password: Ref::known("arn:secret"),
        port: 5432,
        backup_days: 7,
        backup_window: "17:00-18:00".parse().unwrap(),
        maintenance_window: "Sun 04:00-05:00 JST".parse().unwrap(),
        minor_upgrades: true,
        insights_days: 7,
        insights_mode: "standard".into(),
        monitoring_seconds: 60,
        monitoring_role: Some(Ref::known("arn:role")),
        public: false,
        subnet_group: Ref::known("neuraknot-dev-db-subnet-group"),
        security_groups: BTreeSet::from([Ref::known("sg-1")]),
        parameter_group: None,
        protected: false,
        final_snapshot: false,
        tagged_snapshots: true,
        tags: Tags::default(),
    }
}

/// RDS's answer for an instance as desired.
fn described() -> types::DbInstance {
    types::DbInstance::builder()
        .db_instance_identifier("neuraknot-dev-db")
        .db_instance_arn("arn:db")
        .db_instance_status("available")
        .engine("postgres")
        .engine_version("15.17")
        .db_instance_class("db.t3.micro")
        .allocated_storage(20)
        .max_allocated_storage(100)
        .storage_type("gp3")
        .auto_minor_version_upgrade(true)
        .copy_tags_to_snapshot(true)
        .storage_encrypted(true)
        .db_name("neuraknot")
        .master_username("postgres")
        .db_instance_port(0)
        .endpoint(Endpoint::builder().address("db.example").port(5432).build())
        .backup_retention_period(7)
        .preferred_backup_window("17:00-18:00")
        .preferred_maintenance_window("Sat:19:00-Sat:20:00")
        .performance_insights_enabled(true)
        .performance_insights_retention_period(7)
        .monitoring_interval(60)
        .monitoring_role_arn("arn:role")
        .db_subnet_group(
            DbSubnetGroup::builder().db_subnet_group_name("neuraknot-dev-db-subnet-group").build(),
        )
        .vpc_security_groups(
            VpcSecurityGroupMembership::builder().vpc_security_group_id("sg-1").build(),
        )
        .build()
}

/// The same, with something changed behind nk's back.
fn described_with(change: impl FnOnce(&mut types::DbInstance)) -> types::DbInstance {
    let mut instance = described();
    change(&mut instance);
    instance
}

fn read(instance: &types::DbInstance) -> LiveInstance {
    let address = Address::new("db-instance", "main");
    live(address, instance, Tags::default()).unwrap()
}

/// What is wanted, as it reads back: without what RDS does not tell.
fn told() -> DbInstance {
    let version = "15.17".parse().unwrap();
    DbInstance { version, password: Ref::known(""), final_snapshot: true, ..wanted() }
}

#[test]
fn what_was_asked_for_reads_back_equal() {
    let live = read(&described());
    assert_eq!(live.spec, told());
    let json = |live: &DbInstance| serde_json::to_value(live).unwrap();
    let changes = KindInfo::of::<DbInstance>().difference(
        &Unseen::default(),
        &live.clone().erase().unwrap(),
        &json(&wanted()),
    );
    assert_eq!(changes, []);
    assert_eq!(live.phase, Phase::Ready);
    assert_eq!(live.outputs.endpoint.as_deref(), Some("db.example"));
}

#[test]
fn storage_is_told_with_all_it_has_grown_by() {
    let grown = described_with(|one| one.allocated_storage = Some(60));
    assert_eq!(read(&grown).spec.storage, Storage { initial: 60, limit: 100 });
    for limit in [None, Some(20)] {
        let fixed = described_with(|one| one.max_allocated_storage = limit);
        assert_eq!(read(&fixed).spec.storage, Storage { initial: 20, limit: 20 });
    }
}

#[test]
fn a_port_is_not_told_before_there_is_one() {
    let fresh = read(&described_with(|one| one.endpoint = None));
    assert_eq!((fresh.spec.port, fresh.untold), (0, ["port".to_owned()].into()));
    assert_eq!(read(&described()).untold, [].into());
}

#[test]
fn what_waits_for_the_window_counts_as_live() {
    let waiting = PendingModifiedValues::builder()
        .db_instance_class("db.t3.medium")
        .backup_retention_period(3)
        .multi_az(true)
        .build();
    let instance = described_with(|one| one.pending_modified_values = Some(waiting));
    let expected =
        DbInstance { class: "db.t3.medium".into(), backup_days: 3, multi_zone: true, ..told() };
    assert_eq!(read(&instance).spec, expected);
    assert!(pending(&instance));
    assert!(!pending(&described()));
}

#[test]
fn every_status_is_a_phase() {
    for (status, phase_of) in [
        ("available", Phase::Ready),
        ("storage-optimization", Phase::Ready),
        ("storage-full", Phase::Ready),
        ("creating", Phase::Busy("creating".into())),
        ("backing-up", Phase::Busy("backing-up".into())),
        ("configuring-enhanced-monitoring", Phase::Busy("configuring-enhanced-monitoring".into())),
        ("deleting", Phase::Leaving("deleting".into())),
        ("stopped", Phase::Ready),
        ("incompatible-parameters", Phase::Ready),
        ("incompatible-network", Phase::Failed("incompatible-network".into())),
        (
            "inaccessible-encryption-credentials",
            Phase::Failed("inaccessible-encryption-credentials".into()),
        ),
    ] {
        assert_eq!(phase(status).0, phase_of);
    }
}

#[test]
fn only_three_states_are_beyond_a_snapshot() {
    let beyond = |status: &str| lost(&phase(status).0).map(str::to_owned);
    for status in ["failed", "incompatible-network", "incompatible-restore"] {
        assert_eq!(beyond(status).as_deref(), Some(status));
    }
    for status in [
        "available",
        "stopped",
        "storage-full",
        "restore-error",
        "insufficient-capacity",
        "incompatible-parameters",
        "incompatible-option-group",
        "inaccessible-encryption-credentials",
    ] {
        assert_eq!(beyond(status), None, "{status}");
    }
}

#[test]
fn a_stopped_instance_has_to_be_started_first() {
    assert_eq!(running(&read(&described())), Ok(()));
    let stopped = read(&described_with(|one| one.db_instance_status = Some("stopped".into())));
    let error = running(&stopped).unwrap_err();
    // Without a code, so that the retries of no kind apply.
    assert_eq!(error.code, None);
    assert!(error.message.contains("start it first"), "{error}");
}

#[test]
fn paid_support_that_no_modification_ends_is_told() {
    let notes = |lifecycle: &str| {
        read(&described_with(|one| one.engine_lifecycle_support = Some(lifecycle.into()))).notes
    };
    assert_eq!(notes(LIFECYCLE), Vec::<String>::new());
    let [note] = notes(EXTENDED_SUPPORT).try_into().unwrap();
    assert!(note.contains("restoring a snapshot"), "{note}");
}
