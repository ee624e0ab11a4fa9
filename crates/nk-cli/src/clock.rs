//! The wall clock, which only the command line reads.

use std::time::{Duration, SystemTime};

use nk_engine::WallClock;

/// The time since 1970 began.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// The clock itself.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn wall() -> WallClock {
    Box::new(SystemTime::now)
}

/// The date in UTC, such as `2026-11-22`.
pub(crate) fn today() -> String {
    date(now().as_secs() / 86_400)
}

/// A time in UTC, such as `2026-11-22 18:30:05 UTC`.
pub(crate) fn utc(seconds: u64) -> String {
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{} {hour:02}:{minute:02}:{second:02} UTC", date(days))
}

/// A date, such as `2026-11-22`.
fn date(days: u64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The date this many days after 1970-01-01, in the proleptic Gregorian calendar. Years begin in
/// March, so that a leap day is the last day of one.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    (year + era * 400, month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(951_827_696), "2000-02-29 12:34:56 UTC");
        assert_eq!(utc(1_795_372_205), "2026-11-22 18:30:05 UTC");
    }
}
