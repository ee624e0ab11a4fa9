//! Who holds the lock, for whoever finds it held.

use std::{env, fs, process, time::SystemTime};

use nk_engine::{Holder, WallClock};

/// This run.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where environment and clock are read"
)]
pub(crate) fn myself(command: &str) -> Holder {
    let user = ["USER", "LOGNAME", "GITHUB_ACTOR"].iter().find_map(|name| env::var(name).ok());
    let user = user.unwrap_or_else(|| "somebody".to_owned());
    let host = fs::read_to_string("/etc/hostname").map(|text| text.trim().to_owned());
    let host = host.ok().filter(|host| !host.is_empty());
    let host = host.or_else(|| env::var("HOSTNAME").ok());
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Holder {
        holder: format!("{user} (process {})", process::id()),
        host: host.unwrap_or_else(|| "an unnamed machine".to_owned()),
        command: command.to_owned(),
        since: utc(now.as_secs()),
        nonce: format!("{}-{}-{}", process::id(), now.as_nanos(), fastrand::u64(..)),
        over: None,
        ousts: None,
    }
}

/// The clock on the wall.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn wall_clock() -> WallClock {
    Box::new(SystemTime::now)
}

/// A time in UTC, as in `2026-11-22 18:30:05 UTC`.
fn utc(seconds: u64) -> String {
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// The date so many days after 1970-01-01, in the proleptic Gregorian calendar: years begin in March
/// so that a leap day is the last day of one.
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
