//! Reads `[database]`.

use std::collections::BTreeMap;

use nk_kinds::{EngineVersion, StatedWindow, rds::Storage};

use crate::{
    Stack,
    decode::{At, Fields, Word},
    problem::Problem,
    value::{Days, Gigabytes, Seconds},
};

/// The database of a stack.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "RDS has that many switches")]
pub(crate) struct Database {
    /// Such as `postgres`.
    pub(crate) engine: String,
    /// The lowest acceptable version of its major version.
    pub(crate) version: EngineVersion,
    /// Such as `db.t3.micro`.
    pub(crate) class: String,
    /// Its disk.
    pub(crate) storage: Storage,
    /// The database that is created with the instance.
    pub(crate) name: String,
    /// The master user.
    pub(crate) username: String,
    /// The port on which it listens.
    pub(crate) port: u16,
    /// Whether it has a standby in another zone.
    pub(crate) multi_zone: bool,
    /// How many days backups are kept.
    pub(crate) backup_days: i32,
    /// When the daily backup is made.
    pub(crate) backup_window: StatedWindow,
    /// When RDS may maintain it.
    pub(crate) maintenance: StatedWindow,
    /// Whether Performance Insights is on.
    pub(crate) insights: bool,
    /// The interval of Enhanced Monitoring, in seconds; zero turns it off.
    pub(crate) monitoring_seconds: i32,
    /// Settings that differ from the engine's defaults.
    pub(crate) parameters: BTreeMap<String, String>,
    /// Whether RDS refuses to delete it.
    pub(crate) protected: bool,
    /// Whether a snapshot is taken before it is deleted.
    pub(crate) final_snapshot: bool,
}

/// The engines that nk supports.
#[derive(Debug, Clone, Copy)]
enum Engine {
    Postgres,
}

impl Word for Engine {
    const WORDS: &'static [(&'static str, Self)] = &[("postgres", Self::Postgres)];
}

/// The intervals that Enhanced Monitoring supports, in seconds.
const MONITORING: [i64; 7] = [0, 1, 5, 10, 15, 30, 60];
/// User names that RDS reserves.
const RESERVED: [&str; 4] = ["admin", "rdsadmin", "rds_superuser", "public"];

impl Database {
    pub(super) fn read(mut fields: Fields<'_, '_>, stack: &Stack) -> Option<Self> {
        let Engine::Postgres = fields.or("engine", Engine::Postgres).value;
        let version = read_version(&mut fields);
        let class = read_class(&mut fields);
        let storage = read_storage(&mut fields);
        let name = read_name(&mut fields, &stack.id.project);
        let username = read_username(&mut fields);
        let port = fields.or("port", 5432_i64);
        let port = fields.within("port", Some(port), &(1150..=65535));
        let multi_zone = fields.or("multi-zone", false).value;
        let (backup_days, backup_window) = read_backup(&mut fields);
        let maintenance = read_window(&mut fields, "maintenance", "sat:19:00-sat:20:00", true);
        check_windows(&mut fields, &backup_window, &maintenance);
        let insights = fields.or("insights", true).value;
        let monitoring_seconds = read_monitoring(&mut fields);
        let parameters = read_parameters(&mut fields);
        let is_protected = fields.or("protect", stack.protected).value;
        let final_snapshot = fields.or("final-snapshot", stack.protected).value;
        fields.finish();
        Some(Self {
            engine: "postgres".into(),
            version: version?,
            class: class?,
            storage: storage?,
            name: name?,
            username: username?,
            port: u16::try_from(port?.value).ok()?,
            multi_zone,
            backup_days,
            backup_window: backup_window.value,
            maintenance: maintenance.value,
            insights,
            monitoring_seconds,
            parameters,
            protected: is_protected,
            final_snapshot,
        })
    }
}

fn read_version(fields: &mut Fields<'_, '_>) -> Option<EngineVersion> {
    let version = fields.required::<EngineVersion>("version")?;
    if version.value.major() < 10 {
        let message = format!("RDS does not offer PostgreSQL {}", version.value);
        fields.report(Problem::new(&version.span, message, "too old"));
        return None;
    }
    Some(version.value)
}

fn read_class(fields: &mut Fields<'_, '_>) -> Option<String> {
    let class = fields.required::<String>("class")?;
    let word = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    match class.value.split('.').collect::<Vec<_>>().as_slice() {
        ["db", family, size] if word(family) && word(size) => Some(class.value),
        _ => {
            let message = format!("`{}` is not a database instance class", class.value);
            let help = "a class looks like `db.t3.micro`";
            fields.report(Problem::new(&class.span, message, "not a class").help(help));
            None
        }
    }
}

fn read_storage(fields: &mut Fields<'_, '_>) -> Option<Storage> {
    if fields.lacks("storage") {
        fields.missing("storage", "a table such as `{ initial = \"20GB\", limit = \"100GB\" }`");
    }
    let mut storage = fields.section("storage")?;
    let range = Gigabytes(20)..=Gigabytes(65_536);
    let initial = storage.required("initial");
    let initial = storage.within("initial", initial, &range);
    let limit = storage.optional("limit");
    let limit = storage.within("limit", limit, &range);
    if let (Some(initial), Some(limit)) = (&initial, &limit) {
        check_growth(&mut storage, initial, limit);
    }
    storage.finish();
    let initial = initial?.value.0;
    Some(Storage { initial, limit: limit.map_or(initial, |limit| limit.value.0) })
}

/// RDS requires the limit to be at least a tenth above the current size.
fn check_growth(fields: &mut Fields<'_, '_>, initial: &At<Gigabytes>, limit: &At<Gigabytes>) {
    let (from, to) = (initial.value.0, limit.value.0);
    let least = Storage::least_limit(from);
    if to == from || to >= least {
        return;
    }
    let message = format!("storage of {} cannot grow to {}", initial.value, limit.value);
    let help = format!(
        "set `limit` to at least {least}GB, or to {} for storage that does not grow",
        initial.value
    );
    let label = if to < from { "less than `initial`" } else { "less than 10 % more" };
    fields.report(Problem::new(&limit.span, message, label).help(help));
}

fn read_name(fields: &mut Fields<'_, '_>, project: &str) -> Option<String> {
    let usual: String = project.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = fields.or("name", usual.to_lowercase());
    let form = name.value.chars().next().is_some_and(|c| c.is_ascii_lowercase())
        && name.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.value.len() <= 63;
    // The default has no place in the file. A project from which no name can be derived is reported
    // as such.
    if !form && !project.is_empty() {
        let message = format!("`{}` is not a valid name for a database", name.value);
        let help = "use a lower-case letter followed by lower-case letters, digits and \
                    underscores, at most 63 characters";
        fields.report(Problem::new(&name.span, message, "not a valid name").help(help));
        return None;
    }
    Some(name.value)
}

fn read_username(fields: &mut Fields<'_, '_>) -> Option<String> {
    let user = fields.or("username", "postgres".to_owned());
    let text = user.value.as_str();
    let form = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.len() <= 16;
    if form && !RESERVED.contains(&text.to_lowercase().as_str()) {
        return Some(user.value);
    }
    let message = format!("`{text}` is not a valid name for the master user");
    let help = "use a letter followed by letters, digits and underscores, at most 16 characters, \
                and no name that RDS reserves";
    fields.report(Problem::new(&user.span, message, "not a valid name").help(help));
    None
}

fn read_backup(fields: &mut Fields<'_, '_>) -> (i32, At<StatedWindow>) {
    const WINDOW: &str = "17:00-18:00";
    let span = fields.span.clone();
    let Some(mut backup) = fields.section("backup") else {
        return (7, At::new(WINDOW.parse().expect("a window"), &span));
    };
    let keep = backup.or("keep", Days(7));
    let keep = backup.within("keep", Some(keep), &(Days(0)..=Days(35)));
    let window = read_window(&mut backup, "window", WINDOW, false);
    backup.finish();
    (keep.map_or(7, |keep| keep.value.0), window)
}

fn read_window(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    usual: &str,
    weekly: bool,
) -> At<StatedWindow> {
    let window = fields.or(key, usual.parse::<StatedWindow>().expect("a window"));
    let name = fields.name(key);
    if window.value.window.is_weekly() != weekly {
        let (label, help) = if weekly {
            ("the day is missing", "add the day of the week, as in `Sun 04:00-05:00 JST`")
        } else {
            ("a day is not allowed", "backups are daily; omit the day")
        };
        let problem =
            Problem::new(&window.span, format!("`{name}` is not the right kind of window"), label);
        fields.report(problem.help(help));
    } else if !(30..=24 * 60).contains(&window.value.window.minutes()) {
        let message = format!("`{name}` is {} minutes long", window.value.window.minutes());
        let label = "must be 30 minutes to 24 hours";
        fields.report(Problem::new(&window.span, message, label));
    }
    window
}

fn check_windows(
    fields: &mut Fields<'_, '_>,
    backup: &At<StatedWindow>,
    maintenance: &At<StatedWindow>,
) {
    if !backup.value.window.overlaps(maintenance.value.window) {
        return;
    }
    // The default of one may be in the way of the other, so the one in the file is marked.
    let said = if maintenance.span == fields.span { backup } else { maintenance };
    let message = format!(
        "the backup window, {}, and the maintenance window, {}, overlap",
        backup.value, maintenance.value
    );
    fields.report(Problem::new(&said.span, message, "RDS does not allow that"));
}

fn read_monitoring(fields: &mut Fields<'_, '_>) -> i32 {
    let every = fields.or("monitoring", Seconds(60));
    if !MONITORING.contains(&every.value.0) {
        let message =
            format!("Enhanced Monitoring does not support an interval of {}", every.value);
        let label = "must be 0s (off), 1s, 5s, 10s, 15s, 30s or 60s";
        fields.report(Problem::new(&every.span, message, label));
    }
    i32::try_from(every.value.0).unwrap_or_default()
}

fn read_parameters(fields: &mut Fields<'_, '_>) -> BTreeMap<String, String> {
    let parameters = fields.texts_in("parameters");
    for (name, _) in &parameters {
        let form = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
        if name.value.is_empty() || !name.value.chars().all(form) {
            let message = format!("`{}` is not a parameter of PostgreSQL", name.value);
            fields.report(Problem::new(&name.span, message, "not a valid name"));
        }
    }
    parameters.into_iter().map(|(name, value)| (name.value, value.value)).collect()
}
