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
    /// As in `postgres`.
    pub engine: String,
    /// A floor within its major version: a later minor version is no difference.
    pub version: EngineVersion,
    /// What to ask RDS for where it creates the floor itself no more: a later version of the same
    /// major. What RDS offers today says nothing of what is there.
    pub install: Option<EngineVersion>,
    /// As in `db.t3.micro`.
    pub class: String,
    /// Its disk.
    pub storage: Storage,
    /// What its disk is, as in `gp3`.
    pub storage_type: String,
    /// Whether a standby stands in another zone.
    pub multi_zone: bool,
    /// Whether the disk is encrypted.
    pub encrypted: bool,
    /// The database made with the instance.
    pub database: String,
    /// The master user.
    pub username: String,
    /// The secret whose key `password` is the master user's password.
    pub password: Ref<SecretArn>,
    /// The port it listens on.
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
    /// How much it is of Database Insights: `standard`, or `advanced`, which costs.
    pub insights_mode: String,
    /// How often Enhanced Monitoring looks, in seconds; zero turns it off.
    pub monitoring_seconds: i32,
    /// The role Enhanced Monitoring writes with; none where it is off.
    pub monitoring_role: Option<Ref<RoleArn>>,
    /// Whether it has a public address.
    pub public: bool,
    /// Where it may stand.
    pub subnet_group: Ref<DbSubnetGroupName>,
    /// Who may reach it.
    pub security_groups: BTreeSet<Ref<SecurityGroupId>>,
    /// Its settings; the engine's own are in `default.` and the family. None is not compared.
    pub parameter_group: Option<Ref<DbParameterGroupName>>,
    /// Whether RDS refuses to delete it.
    pub protected: bool,
    /// Whether a snapshot is left when it is destroyed. Said when it is deleted.
    pub final_snapshot: bool,
    /// Whether its snapshots get its tags.
    pub tagged_snapshots: bool,
    /// Its tags.
    pub tags: Tags,
}

/// A database's disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Storage {
    /// Its size at least, in GiB. RDS makes no disk smaller, so what it has grown by is no difference.
    pub initial: i32,
    /// How far it may grow by itself, in GiB; equal to `initial` for not at all, as is what a disk
    /// has outgrown.
    pub limit: i32,
}

impl Storage {
    /// Makes the storage that is there equal to what is wanted as far as it satisfies it.
    fn equate(&mut self, wanted: Self) {
        let size = self.initial;
        if size > wanted.initial {
            self.initial = wanted.initial;
        }
        // One that does not grow is all there can be of a wanted limit that it has outgrown.
        if self.limit <= size && wanted.limit < Self::least_limit(size) {
            self.limit = wanted.limit;
        }
    }

    /// The lowest limit that RDS takes for a disk of so many GiB: a tenth more. See
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
    /// Its host name. RDS gives it out before the instance is `available`.
    pub endpoint: Option<String>,
    /// Its ARN.
    pub arn: String,
    /// The ids of the subnets of its group that are in the zones it stands in.
    #[serde(default)]
    pub subnets: BTreeSet<String>,
    /// The size of its disk, in GiB, with all it has grown by.
    #[serde(default)]
    pub disk: i32,
    /// The name of the snapshot that this run would leave of it; none where it would leave none.
    #[serde(default)]
    pub final_snapshot: Option<String>,
}

impl DbInstance {
    /// The version to ask RDS for.
    pub fn asked_version(&self) -> &EngineVersion {
        self.install.as_ref().unwrap_or(&self.version)
    }
}

/// A version that the floor admits and storage that has grown by itself are as good as what is wanted.
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
    const NAME: Option<NameRule> = NameRule::lower(63, "-");
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
            "replacing a database loses its data; take a snapshot, restore it as a new instance with the \
             new settings, point the stack at it, and delete the old one by hand",
        ),
        ..Replacement::DEFAULT
    };
    const UNTOLD: &'static [&'static str] = &["install", "password", "final-snapshot"];
    const EQUATE: Option<Equate<Self>> = Some(equate);
    const TIES: Ties = Ties {
        pin: Some(Pin {
            kind: "subnet",
            ids: "subnets",
            why: "RDS takes no subnet out of a group whose database stands in it; keep the zone as it is, or \
                  have the database leave it: set `database.multi-zone = true` and apply, fail over with \
                  `aws rds reboot-db-instance --force-failover`, set it to `false` and apply, and then \
                  change the zone",
        }),
        keepsake: Some(Keepsake {
            field: "password",
            why: "the database goes by the password in it; make it by hand with that one, or another, as \
                  `{\"password\": \"...\"}` in a file: `aws secretsmanager create-secret --name {name} \
                  --secret-string file://secret.json --tags Key=nk:stack,Value={stack} \
                  Key=nk:address,Value={address}`, and tell the database of another: `aws rds \
                  modify-db-instance --db-instance-identifier {by} --master-user-password ...`",
        }),
        ..Ties::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        patience: Duration::from_mins(40),
        // A modification is taken up minutes after RDS has accepted it, and until then the instance is
        // `available` as it was.
        stale: Duration::from_mins(5),
        retry: retry::RETRY,
    };
    const CALLS: Calls = Calls { create: 2, update: 1, destroy: 2 };
    const LEGACY: fn(&Live<Self, DbInstanceOutputs>) -> Option<String> =
        |live| Some(legacy::legacy(live));
    const GRANTS: &'static [Grant] = grants::GRANTS;
}
