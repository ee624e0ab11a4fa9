//! `[database]`: security group, role, subnet group and instance, and a parameter group if there
//! are parameters.

mod lint;
mod reading;

use std::collections::BTreeSet;

use nk_kinds::{
    EngineVersion,
    ec2::{Peer, Rule},
    iam::Role,
    rds::{DbInstance, DbParameterGroup, DbSubnetGroup},
    secretsmanager::Content,
};
use nk_model::{Address, Kind, Ref};

pub(super) use self::reading::Database;
use crate::{
    Stack,
    decode::Fields,
    expansion::Expansion,
    measure::{Chart, Metric, Watch},
    section::Section,
};

/// The role with which RDS writes the measurements of Enhanced Monitoring.
const MONITORING: &str = "rds-enhanced-monitoring";

impl Section for Database {
    const KEY: &'static str = "database";
    const ZONES: usize = 2;
    const RESOURCES: &'static [&'static str] = &[
        "secret.db-password",
        "security-group.rds",
        "role.rds-enhanced-monitoring",
        "db-subnet-group.main",
        "db-parameter-group.main",
        "db-instance.main",
        "dashboard.main",
        "alarm.*",
    ];

    fn read(fields: Fields<'_, '_>, stack: &Stack) -> Option<Self> {
        Self::read(fields, stack)
    }

    fn expand(&self, expansion: &mut Expansion<'_>) {
        let description = "Password of the database's master user";
        expansion.secret("db-password", description, Content::Password);
        let from_services = || Rule::tcp(self.port, Peer::Group(Ref::to("ecs")));
        let has_services = expansion.stack.has("services");
        let ingress = has_services.then(from_services).into_iter().collect();
        expansion.security_group("rds", "Database", ingress);
        if self.monitoring_seconds > 0 {
            let (service, managed) =
                ("monitoring.rds.amazonaws.com", "AmazonRDSEnhancedMonitoringRole");
            expansion.role(MONITORING, service, Some(managed), None);
        }
        let (name, tags) = expansion.identify::<DbSubnetGroup>("main");
        let group = DbSubnetGroup {
            name,
            description: format!("Private subnets of {}", expansion.stack.id),
            subnets: expansion.stack.subnets("private"),
            tags,
        };
        expansion.add("main", &group);
        if !self.parameters.is_empty() {
            parameter_group(expansion, self);
        }
        instance(expansion, self);
        measure(expansion);
    }

    fn lint(&self, expansion: &mut Expansion<'_>) {
        lint::lint(expansion, self);
    }
}

fn parameter_group(expansion: &mut Expansion<'_>, database: &Database) {
    let family = family(database);
    let (name, tags) = expansion.identify_after::<DbParameterGroup>("main", &family);
    let group = DbParameterGroup {
        name,
        family,
        description: format!("Settings of the database of {}", expansion.stack.id),
        parameters: database.parameters.clone(),
        tags,
    };
    expansion.add("main", &group);
}

fn instance(expansion: &mut Expansion<'_>, database: &Database) {
    let (name, tags) = expansion.identify::<DbInstance>("main");
    let monitored = database.monitoring_seconds > 0;
    // It is named, so that an instance stops using a group that is no longer in the stack file.
    let parameter_group = if database.parameters.is_empty() {
        Ref::known(format!("default.{}", family(database)))
    } else {
        Ref::to("main")
    };
    let instance = DbInstance {
        name,
        engine: database.engine.clone(),
        version: database.version.clone(),
        install: creatable_version(expansion, database),
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
        monitoring_role: monitored.then(|| Ref::to(MONITORING)),
        public: false,
        subnet_group: Ref::to("main"),
        security_groups: BTreeSet::from([Ref::to("rds")]),
        parameter_group: Some(parameter_group),
        protected: database.protected,
        final_snapshot: database.final_snapshot,
        tagged_snapshots: true,
        tags,
    };
    // RDS tries the role at once, so its policy must be attached.
    let role = monitored.then(|| Address::new(Role::KIND, MONITORING));
    expansion.add("main", &instance).after = role.into_iter().collect();
}

/// The lowest later version of the same major version, if the declared one cannot be created.
fn creatable_version(expansion: &mut Expansion<'_>, database: &Database) -> Option<EngineVersion> {
    let declared = &database.version;
    let versions = &expansion.survey.engine_versions;
    if versions.is_empty() || versions.contains(declared) {
        return None;
    }
    let later = versions.iter().filter(|version| declared.admits(version)).min();
    let Some(later) = later.cloned() else {
        let text =
            format!("RDS can create neither PostgreSQL {declared} nor a later minor version");
        expansion.note("db-instance.main", text, "database.version");
        return None;
    };
    // A bare major version allows any minor one, so there is nothing to note.
    if declared.to_string().contains('.') {
        let text =
            format!("RDS can no longer create PostgreSQL {declared}; {later} is used instead");
        expansion.note("db-instance.main", text, "database.version");
    }
    Some(later)
}

fn measure(expansion: &mut Expansion<'_>) {
    let limits = expansion.stack.thresholds();
    let called = expansion.called::<DbInstance>("main");
    let metric = |name| Metric::new("AWS/RDS", name, &[("DBInstanceIdentifier", called.as_str())]);
    let chart = |title, name| Chart { title, statistic: "Average", metrics: vec![metric(name)] };
    let (cpu, connections) = (metric("CPUUtilization"), metric("DatabaseConnections"));
    expansion.charts.push([
        chart("Database: connections", "DatabaseConnections"),
        chart("Database: CPU (%)", "CPUUtilization"),
    ]);
    let many = "The database has too many connections";
    expansion.watches.extend([
        Watch::average("db-cpu", "The database uses too much CPU", cpu, limits.cpu),
        Watch::average("db-connections", many, connections, limits.connections),
    ]);
}

/// The engine and its major version, in the form of RDS's parameter groups.
fn family(database: &Database) -> String {
    format!("{}{}", database.engine, database.version.major())
}
