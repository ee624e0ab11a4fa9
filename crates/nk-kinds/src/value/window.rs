//! Daily and weekly windows: read in any time zone of whole minutes, stored in UTC.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const DAY: i32 = 24 * 60;
const WEEK: i32 = 7 * DAY;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A window in UTC, daily (`17:00-18:00`) or weekly (`sat:19:00-sat:20:00`), in RDS's spelling.
///
/// `Sun 04:00-05:00 JST` and `02:00-03:00 JST` are accepted as well; a text without a zone is in
/// UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    weekly: bool,
    /// Minutes since Monday 00:00 UTC, or since 00:00 UTC.
    start: i32,
    /// Minutes.
    length: i32,
}

/// A window with the zone in which it was written. The zone is not compared.
#[derive(Debug, Clone)]
pub struct StatedWindow {
    /// The window.
    pub window: Window,
    /// Such as `JST` or `+09:00`.
    zone: String,
    /// How many minutes the zone is ahead of UTC.
    offset: i32,
}

/// The reason why a text is not a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a window such as `02:00-03:00 JST` or `Sun 04:00-05:00 JST`")]
pub struct WindowError(String);

impl Window {
    /// Whether it is weekly rather than daily.
    pub fn is_weekly(self) -> bool {
        self.weekly
    }

    /// Its length in minutes.
    pub fn minutes(self) -> u32 {
        self.length.unsigned_abs()
    }

    /// Whether the two windows share a minute on any day.
    pub fn overlaps(self, other: Self) -> bool {
        let starts = |window: Self| {
            let days = if window.weekly { 1 } else { 7 };
            (0..days).map(move |day| (window.start + day * DAY, window.length))
        };
        starts(self).any(|(a, long)| {
            starts(other).any(|(b, other)| {
                (b - a).rem_euclid(WEEK) < long || (a - b).rem_euclid(WEEK) < other
            })
        })
    }

    /// The window in a zone that is `offset` minutes ahead of UTC.
    pub fn at_offset(self, offset: i32) -> String {
        let point = |minutes: i32| {
            let minutes = minutes + offset;
            let clock = minutes.rem_euclid(DAY);
            let text = format!("{:02}:{:02}", clock / 60, clock % 60);
            if self.weekly {
                let day =
                    usize::try_from(minutes.rem_euclid(WEEK) / DAY).expect("a day of the week");
                format!("{}:{text}", DAYS[day])
            } else {
                text
            }
        };
        format!("{}-{}", point(self.start), point(self.start + self.length))
    }
}

fn offset(zone: &str) -> Option<i32> {
    match zone {
        "UTC" | "GMT" | "Z" => return Some(0),
        "JST" => return Some(9 * 60),
        _ => {}
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':').unwrap_or((&zone[1..], "0"));
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then(|| sign * i32::from(hours * 60 + minutes))
}

fn clock(text: &str) -> Option<i32> {
    let (hours, minutes) = text.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then(|| i32::from(hours * 60 + minutes))
}

/// A day and a time, separated by `:` or a space, or a time alone.
fn point(text: &str) -> Option<(Option<i32>, i32)> {
    let Some((day, time)) = text.split_at_checked(3).filter(|(day, _)| !day.contains(':')) else {
        return Some((None, clock(text)?));
    };
    let day = DAYS.iter().position(|name| day.eq_ignore_ascii_case(name))?;
    let time = clock(time.strip_prefix([':', ' '])?)?;
    Some((Some(i32::try_from(day).ok()?), time))
}

fn parse(text: &str) -> Option<StatedWindow> {
    let (span, zone) = match text.trim().rsplit_once(' ') {
        Some((span, zone)) if !zone.contains(':') || zone.starts_with(['+', '-']) => (span, zone),
        _ => (text.trim(), "UTC"),
    };
    let offset = offset(zone)?;
    let (start, end) = span.split_once('-')?;
    let ((day, start), (end_day, end)) = (point(start.trim())?, point(end.trim())?);
    let (weekly, cycle) = if day.is_some() { (true, WEEK) } else { (false, DAY) };
    let from = day.unwrap_or(0) * DAY + start;
    let length = match end_day {
        Some(end_day) => (end_day * DAY + end - from).rem_euclid(cycle),
        None => (end - start).rem_euclid(DAY),
    };
    let window = Window { weekly, start: (from - offset).rem_euclid(cycle), length };
    (length > 0).then(|| StatedWindow { window, zone: zone.to_owned(), offset })
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        StatedWindow::from_str(text).map(|stated| stated.window)
    }
}

impl FromStr for StatedWindow {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        parse(text).ok_or_else(|| WindowError(text.to_owned()))
    }
}

/// In UTC, and in its own zone if that is different.
impl fmt::Display for StatedWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { window, zone, offset } = self;
        write!(f, "{window} UTC")?;
        if *offset == 0 { Ok(()) } else { write!(f, " = {} {zone}", window.at_offset(*offset)) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.at_offset(0))
    }
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &str) -> Window {
        text.parse().unwrap()
    }

    #[test]
    fn sunday_morning_in_tokyo_is_saturday_evening_in_utc() {
        assert_eq!(window("Sun 04:00-05:00 JST").to_string(), "sat:19:00-sat:20:00");
        assert_eq!(window("02:00-03:00 JST").to_string(), "17:00-18:00");
        assert_eq!(window("sat:19:00-sat:20:00"), window("Sun 04:00-05:00 +09:00"));
        assert_eq!(window("Sun:23:30-Mon:00:30").to_string(), "sun:23:30-mon:00:30");
    }

    #[test]
    fn a_stated_window_is_told_in_utc_and_in_its_own_zone() {
        let told = |text: &str| text.parse::<StatedWindow>().unwrap().to_string();
        assert_eq!(
            told("Sun 04:00-05:00 JST"),
            "sat:19:00-sat:20:00 UTC = sun:04:00-sun:05:00 JST"
        );
        assert_eq!(told("02:00-03:00 +05:30"), "20:30-21:30 UTC = 02:00-03:00 +05:30");
        assert_eq!(told("17:00-18:00"), "17:00-18:00 UTC");
    }

    #[test]
    fn overlaps_look_at_every_day() {
        assert!(window("19:30-20:30").overlaps(window("sat:19:00-sat:20:00")));
        assert!(!window("17:00-18:00").overlaps(window("sat:19:00-sat:20:00")));
        assert!(window("23:30-00:30").overlaps(window("mon:00:00-mon:00:30")));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "04:00",
            "04:00-04:00",
            "25:00-26:00",
            "Sxn 04:00-05:00",
            "1:00-2:00",
            "あ:00-02:00",
        ] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }
}
