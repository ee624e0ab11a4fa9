//! What the reader of a plan should know about the database.

use nk_model::{Action, Note, Plan};

use super::reading::Database;
use crate::{Stack, expansion::Expansion, support};

/// Notes that the standard support of a major version ends within a year, or has ended.
pub(super) fn lint(expansion: &mut Expansion<'_>, database: &Database) {
    let Some(today) = &expansion.survey.today else { return };
    let major = database.version.major();
    let Some(end) = support::standard_support_ends(&database.engine, major) else { return };
    let text = if *today > end {
        format!(
            "RDS charges for Extended Support of PostgreSQL {major}, because standard support \
             ended on {end}"
        )
    } else if *today >= support::a_year_before(&end) {
        format!(
            "standard support of PostgreSQL {major} ends on {end}; after that RDS charges for \
             Extended Support"
        )
    } else {
        return;
    };
    expansion.note("db-instance.main", text, "database.version");
}

impl Stack {
    /// The engine and the major version, to find out which versions can be created.
    pub fn engine(&self) -> Option<(String, String)> {
        let database = self.section::<Database>()?;
        Some((database.engine.clone(), database.version.major().to_string()))
    }

    /// The windows of the database, in UTC and in the time zone of the stack file: those that a
    /// plan sets, or without a plan all of them.
    pub fn window_notes(&self, plan: Option<&Plan>) -> Vec<Note> {
        let Some(database) = self.section::<Database>() else { return Vec::new() };
        let windows = [
            ("backup-window", &database.backup_window),
            ("maintenance-window", &database.maintenance),
        ];
        let shown = |field: &str| plan.is_none_or(|plan| sets(plan, "db-instance.main", field));
        let shown = windows.into_iter().filter(|(field, _)| shown(field));
        let note = |(field, stated)| Note {
            about: "db-instance.main".into(),
            text: format!("`{field}` is {stated}"),
            settle: None,
        };
        shown.map(note).collect()
    }
}

/// Whether a plan sets a field of a resource.
fn sets(plan: &Plan, address: &str, field: &str) -> bool {
    plan.steps.iter().filter(|step| step.address.as_str() == address).any(|step| {
        matches!(step.action, Action::Create | Action::ReplaceCreate)
            || step.changes.iter().any(|change| change.path == field)
    })
}
