//! `[database]`: instance, subnet group, and parameter group where there are parameters.

use std::collections::BTreeSet;

use nk_kinds::{
    EngineVersion,
    iam::Role,
    rds::{DbInstance, DbParameterGroup, DbSubnetGroup},
};
use nk_model::{Address, Kind, Ref};

use super::Expansion;
use crate::section::Database;

impl Expansion<'_> {
    pub(super) fn database(&mut self) {
        let Some(database) = &self.stack.database else { return };
        let physical = DbSubnetGroup::called(&self.stack.id);
        let group = DbSubnetGroup {
            description: format!("Private subnets of {}", self.stack.id),
            subnets: self.private_subnets(),
            tags: self.tags::<DbSubnetGroup>("main", &physical),
            name: physical,
        };
        self.desired.add("main", &group);
        if !database.parameters.is_empty() {
            self.parameter_group(database);
        }
        self.instance(database);
    }

    fn parameter_group(&mut self, database: &Database) {
        let family = family(database);
        let physical = self.lower_name(&format!("db-parameter-group-{family}"));
        let group = DbParameterGroup {
            family,
            description: format!("Settings of the database of {}", self.stack.id),
            parameters: database.parameters.clone(),
            tags: self.tags::<DbParameterGroup>("main", &physical),
            name: physical,
        };
        self.desired.add("main", &group);
    }

    fn instance(&mut self, database: &Database) {
        let physical = self.lower_name("db");
        let monitored = database.monitoring_seconds > 0;
        let role = "rds-enhanced-monitoring";
        // Named, so that an instance lets go of a group that is no longer in the stack file.
        let parameter_group = if database.parameters.is_empty() {
            Ref::known(format!("default.{}", family(database)))
        } else {
            Ref::to("main")
        };
        let instance = DbInstance {
            engine: database.engine.clone(),
            version: database.version.clone(),
            install: self.creatable_version(database),
            class: database.class.clone(),
            storage: database.storage,
            storage_type: "gp3".to_owned(),
            multi_zone: database.multi_zone,
            encrypted: true,
            database: database.name.clone(),
            username: database.username.clone(),
            password: Ref::to("db-password"),
            port: database.port.into(),
            backup_days: database.backup_days,
            backup_window: database.backup_window.window,
            maintenance_window: database.maintenance.window,
            minor_upgrades: true,
            insights_days: if database.insights { 7 } else { 0 },
            insights_mode: "standard".to_owned(),
            monitoring_seconds: database.monitoring_seconds,
            monitoring_role: monitored.then(|| Ref::to(role)),
            public: false,
            subnet_group: Ref::to("main"),
            security_groups: BTreeSet::from([Ref::to("rds")]),
            parameter_group: Some(parameter_group),
            protected: database.protected,
            final_snapshot: database.final_snapshot,
            tagged_snapshots: true,
            tags: self.tags::<DbInstance>("main", &physical),
            name: physical,
        };
        // RDS tries the role at once, so its policy must be attached.
        let role = monitored.then(|| Address::new(Role::KIND, role));
        self.desired.add("main", &instance).after = role.into_iter().collect();
    }

    /// The lowest later version of the same major where the declared one cannot be created.
    fn creatable_version(&mut self, database: &Database) -> Option<EngineVersion> {
        let declared = &database.version;
        let versions = &self.survey.engine_versions;
        if versions.is_empty() || versions.contains(declared) {
            return None;
        }
        let later = versions.iter().filter(|version| declared.admits(version)).min();
        let Some(later) = later.cloned() else {
            let text =
                format!("RDS creates no PostgreSQL {declared} and no later one of its major");
            self.note("db-instance.main", text, Some("database.version"));
            return None;
        };
        // A bare major version asks for any minor one, so there is nothing to tell.
        if declared.to_string().contains('.') {
            let text = format!("RDS creates no PostgreSQL {declared} any more; {later} is next");
            self.note("db-instance.main", text, Some("database.version"));
        }
        Some(later)
    }
}

/// The engine and its major version, as RDS groups parameters.
fn family(database: &Database) -> String {
    format!("{}{}", database.engine, database.version.major())
}
