//! `[logs]`: how long entries are kept.

use nk_kinds::logs::LogGroup;

use crate::{
    Stack,
    decode::Fields,
    problem::Problem,
    section::Section,
    value::{Days, Retention},
};

/// How many days entries are kept by default.
const USUAL_DAYS: i32 = 30;

/// How the logs of a stack are kept.
#[derive(Debug)]
pub(super) struct Logs {
    /// The number of days; zero means forever.
    days: i32,
}

impl Section for Logs {
    const KEY: &'static str = "logs";

    fn read(mut fields: Fields<'_, '_>, _: &Stack) -> Option<Self> {
        let keep = fields.or("keep", Retention(USUAL_DAYS));
        let days = keep.value.0;
        if days != 0 && !LogGroup::RETENTIONS.contains(&days) {
            let message = format!("CloudWatch Logs does not support a retention of {}", Days(days));
            let known: Vec<_> =
                LogGroup::RETENTIONS.iter().map(|days| format!("{days}d")).collect();
            let help = format!("use {} or `forever`", known.join(", "));
            fields.report(Problem::new(&keep.span, message, "not supported").help(help));
        }
        fields.finish();
        Some(Self { days })
    }
}

impl Stack {
    /// How many days log entries are kept; zero means forever.
    pub(super) fn log_days(&self) -> i32 {
        self.section::<Logs>().map_or(USUAL_DAYS, |logs| logs.days)
    }
}
