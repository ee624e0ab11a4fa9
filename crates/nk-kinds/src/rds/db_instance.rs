//! A database instance.

mod grants;
mod legacy;
mod retry;

use std::{collections::BTreeSet, time::Duration};

use nk_model::{
    Calls, Charge, Charges, Equate, Grant, Keepsake, Kind, Live, NameRule, Pin, Ref, Replace,
    Replacement, Shown, Ties, Waiting,
};
use serde::{Deserialize, Serialize};

use super::{DbParameterGroupName, DbSubnetGroupName};
use crate::{
    EngineVersion, Tags, Window, ec2::SecurityGroupId, iam::RoleArn, secretsmanager::SecretArn,
};

/// A database instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DbInstance {
    /// Unique in account and region; lower case, as RDS stores it.
    pub name: String,
    /// Such as `postgres`.
    pub engine: String,
    /// The lowest acceptable version of its major version: a later minor version is not a
    /// difference.
    pub version: EngineVersion,
    /// The version to create if RDS can no longer create the lowest acceptable one: a later one of
    /// the same major version. It says nothing about an existing instance.
    pub install: Option<EngineVersion>,
    /// Such as `db.t3.micro`.
    pub class: String,
    /// Its disk.
    pub storage: Storage,
    /// The storage type, such as `gp3`.
    pub storage_type: String,
    /// Whether it has a standby in another zone.
    pub multi_zone: bool,
    /// Whether the storage is encrypted.
    pub encrypted: bool,
    /// The database that is created with the instance.
    pub database: String,
    /// The master user.
    pub username: String,
    /// The secret whose key `password` is the password of the master user.
    pub password: Ref<SecretArn>,
    /// The port on which it listens.
    pub port: i32,
    /// How many days automated backups are kept; zero turns them off.
    pub backup_days: i32,
    /// When the daily backup is made.
    pub backup_window: Window,
    /// When RDS may maintain it.
    pub maintenance_window: Window,
    /// Whether RDS installs later minor versions by itself.
    pub minor_upgrades: bool,
    /// How many days Performance Insights (Database Insights) keeps its data; zero turns it off.
    pub insights_days: i32,
    /// The mode of Database Insights: `standard`, or `advanced`, which is billed.
    pub insights_mode: String,
    /// The interval of Enhanced Monitoring, in seconds; zero turns it off.
    pub monitoring_seconds: i32,
    /// The role of Enhanced Monitoring; none if it is off.
    pub monitoring_role: Option<Ref<RoleArn>>,
    /// Whether it has a public address.
    pub public: bool,
    /// The subnets in which it may be.
    pub subnet_group: Ref<DbSubnetGroupName>,
    /// Its security groups.
    pub security_groups: BTreeSet<Ref<SecurityGroupId>>,
    /// Its parameter group; the defaults of the engine are in `default.` and the family. None is
    /// not compared.
    pub parameter_group: Option<Ref<DbParameterGroupName>>,
    /// Whether RDS refuses to delete it.
    pub protected: bool,
    /// Whether a snapshot is taken before it is deleted. Used only for the deletion.
    pub final_snapshot: bool,
    /// Whether its snapshots get its tags.
    pub tagged_snapshots: bool,
    /// Its tags.
    pub tags: Tags,
}

/// The storage of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Storage {
    /// The minimum size in GiB. RDS cannot make storage smaller, so what it has grown by is not a
    /// difference.
    pub initial: i32,
    /// The size in GiB up to which it may grow by itself; equal to `initial` if it does not grow.
    /// Storage that has grown beyond the limit satisfies it.
    pub limit: i32,
}

impl Storage {
    /// Makes the live storage equal to the desired one as far as it satisfies it.
    fn equate(&mut self, wanted: Self) {
        let size = self.initial;
        if size > wanted.initial {
            self.initial = wanted.initial;
        }
        // Storage that does not grow is all that is possible for a desired limit that it has
        // already exceeded.
        if self.limit <= size && wanted.limit < Self::least_limit(size) {
            self.limit = wanted.limit;
        }
    }

    /// The lowest limit that RDS accepts for storage of this many GiB: a tenth more. See
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html>.
    pub fn least_limit(size: i32) -> i32 {
        size.saturating_add(size.saturating_add(9) / 10)
    }
}

/// What AWS assigns to a database instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DbInstanceOutputs {
    /// Its name, once it exists.
    pub name: String,
    /// Its host name. RDS returns it before the instance is `available`.
    pub endpoint: Option<String>,
    /// Its ARN.
    pub arn: String,
    /// The ids of the subnets of its group in the zones in which it is.
    #[serde(default)]
    pub subnets: BTreeSet<String>,
    /// The current size of its storage, in GiB.
    #[serde(default)]
    pub disk: i32,
    /// The name of the snapshot that this run takes if it deletes the instance; none if it takes
    /// none.
    #[serde(default)]
    pub final_snapshot: Option<String>,
}

impl DbInstance {
    /// The version to create.
    pub fn asked_version(&self) -> &EngineVersion {
        self.install.as_ref().unwrap_or(&self.version)
    }
}

/// A version that satisfies the lowest acceptable one, and storage that has grown by itself, are as
/// good as what is desired.
fn equate(live: &mut Live<DbInstance, DbInstanceOutputs>, wanted: &DbInstance) {
    if wanted.version.admits(&live.spec.version) {
        live.spec.version = wanted.version.clone();
    }
    live.spec.storage.equate(wanted.storage);
}

impl Kind for DbInstance {
    type Outputs = DbInstanceOutputs;
    const KIND: &'static str = "db-instance";
    const OUTPUTS: &'static [&'static str] = &["name", "endpoint", "arn"];
    const NAME: Option<NameRule> = NameRule::name(63, "-");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = Shown::plain("database-endpoint", "endpoint");
    const CHARGES: Charges<Self> = |_, spec, _| {
        let copies = if spec.multi_zone { 2.0 } else { 1.0 };
        vec![
            Charge::hourly(spec.class.clone(), copies),
            Charge::monthly("db-storage", f64::from(spec.storage.initial) * copies),
        ]
    };
    const REPLACEMENT: Replacement = Replacement {
        precious: true,
        immutable: &["name", "engine", "encrypted", "database", "username", "subnet-group"],
        how: Replace::Refuse(
            "replacing a database loses its data; take a snapshot, restore it as a new instance \
             with the new settings, change the stack file to use it, and delete the old one by \
             hand",
        ),
        ..Replacement::DEFAULT
    };
    const UNTOLD: &'static [&'static str] = &["install", "password", "final-snapshot"];
    const EQUATE: Option<Equate<Self>> = Some(equate);
    const TIES: Ties = Ties {
        pin: Some(Pin {
            kind: "subnet",
            ids: "subnets",
            why: "RDS does not remove a subnet from a group while the database is in it; keep the \
                  zone, or move the database to another one first: set `database.multi-zone = \
                  true` and apply, fail over with `aws rds reboot-db-instance --force-failover`, \
                  set it to `false` and apply, and then change the zone",
        }),
        keepsake: Some(Keepsake {
            field: "password",
            why: "it contained the password of the database; create it by hand with the same \
                  password, as `{\"password\": \"...\"}` in a file: `aws secretsmanager \
                  create-secret --name {name} --secret-string file://secret.json --tags \
                  Key=nk:stack,Value={stack} Key=nk:address,Value={address}`; if you choose a new \
                  password, set it in the database as well: `aws rds modify-db-instance \
                  --db-instance-identifier {by} --master-user-password ...`",
        }),
        ..Ties::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        patience: Duration::from_mins(40),
        // RDS starts a modification minutes after it has accepted it; until then the instance is
        // `available` with the old values.
        stale: Duration::from_mins(5),
        retry: retry::RETRY,
    };
    const CALLS: Calls = Calls { create: 2, update: 1, destroy: 2 };
    const LEGACY: fn(&Live<Self, DbInstanceOutputs>) -> Option<String> =
        |live| Some(legacy::legacy(live));
    const GRANTS: &'static [Grant] = grants::GRANTS;
}
