//! The values in stack files: text, numbers, durations, sizes, ranges, windows.

use nk_kinds::{Cidr, EngineVersion, StatedWindow};

use crate::{
    decode::Decode,
    tree::{Node, Value},
};

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

impl Decode for String {
    fn expected() -> String {
        "text".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        text(node).map(str::to_owned)
    }

    fn hint(node: &Node) -> Option<String> {
        match node.value {
            Value::Integer(number) => Some(format!("write it in quotes: `\"{number}\"`")),
            Value::Flag(flag) => Some(format!("write it in quotes: `\"{flag}\"`")),
            _ => None,
        }
    }
}

impl Decode for bool {
    fn expected() -> String {
        "`true` or `false`".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        match node.value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }
}

impl Decode for i64 {
    fn expected() -> String {
        "a whole number".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        match node.value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }
}

impl Decode for f64 {
    fn expected() -> String {
        "a number".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        match node.value {
            #[expect(clippy::cast_precision_loss, reason = "figures for estimates and thresholds")]
            Value::Integer(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }
}

impl Decode for Cidr {
    fn expected() -> String {
        "an IPv4 address range such as `\"10.0.0.0/16\"`".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        text(node)?.parse().ok().filter(|cidr: &Self| cidr.is_ipv4())
    }
}

impl Decode for StatedWindow {
    fn expected() -> String {
        "a window such as `\"02:00-03:00 JST\"` or `\"Sun 04:00-05:00 JST\"`".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        text(node)?.parse().ok()
    }

    fn hint(node: &Node) -> Option<String> {
        text(node)?;
        Some(
            "the time zone is `UTC`, `JST` or an offset such as `+09:00`, and UTC if there is none"
                .into(),
        )
    }
}

impl Decode for EngineVersion {
    fn expected() -> String {
        "a version such as `\"15\"` or `\"15.4\"`".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        text(node).filter(|text| text.matches('.').count() <= 1)?.parse().ok()
    }

    fn hint(node: &Node) -> Option<String> {
        match node.value {
            Value::Integer(number) => Some(format!("write it in quotes: `\"{number}\"`")),
            Value::Float(number) => Some(format!("write it in quotes: `\"{number}\"`")),
            _ => None,
        }
    }
}

/// A number and its unit.
fn measure(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    Some((text[..end].parse().ok()?, text[end..].trim_start()))
}

/// A duration in seconds, such as `60s`, `5m`, `1h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seconds(pub(crate) i64);

impl Seconds {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * Self::MINUTE;
    const DAY: i64 = 24 * Self::HOUR;

    pub(crate) const fn minutes(number: i64) -> Self {
        Self(number * Self::MINUTE)
    }

    pub(crate) const fn hours(number: i64) -> Self {
        Self(number * Self::HOUR)
    }

    pub(crate) const fn days(number: i64) -> Self {
        Self(number * Self::DAY)
    }
}

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let units = [(Self::DAY, "d"), (Self::HOUR, "h"), (Self::MINUTE, "m")];
        match units.into_iter().find(|(unit, _)| self.0 != 0 && self.0 % unit == 0) {
            Some((unit, name)) => write!(f, "{}{name}", self.0 / unit),
            None => write!(f, "{}s", self.0),
        }
    }
}

impl Decode for Seconds {
    fn expected() -> String {
        "a length of time such as `\"60s\"`, `\"5m\"`, `\"1h\"` or `\"7d\"`".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        let (number, unit) = measure(text(node)?)?;
        let seconds = match unit {
            "s" => 1,
            "m" => Self::MINUTE,
            "h" => Self::HOUR,
            "d" => Self::DAY,
            _ => return None,
        };
        number.checked_mul(seconds).map(Self)
    }
}

/// A duration in whole days, such as `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Days(pub(crate) i32);

impl std::fmt::Display for Days {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}d", self.0)
    }
}

impl Decode for Days {
    fn expected() -> String {
        "whole days such as `\"7d\"`".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        let seconds = Seconds::decode(node)?.0;
        if seconds % Seconds::DAY != 0 {
            return None;
        }
        i32::try_from(seconds / Seconds::DAY).ok().map(Self)
    }
}

/// How long log entries are kept: a number of days, or forever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retention(pub(crate) i32);

impl Decode for Retention {
    fn expected() -> String {
        "days such as `\"30d\"`, or `\"forever\"`".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        match text(node)? {
            "forever" => Some(Self(0)),
            _ => Days::decode(node).filter(|days| days.0 > 0).map(|days| Self(days.0)),
        }
    }
}

/// A size in GiB, such as `20GB` (AWS's name for a GiB) or `1TB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Gigabytes(pub(crate) i32);

impl std::fmt::Display for Gigabytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}GB", self.0)
    }
}

impl Decode for Gigabytes {
    fn expected() -> String {
        "a size such as `\"20GB\"`".into()
    }

    fn decode(node: &Node) -> Option<Self> {
        let (number, unit) = measure(text(node)?)?;
        let factor = match unit {
            "GB" | "GiB" => 1,
            "TB" | "TiB" => 1024,
            _ => return None,
        };
        i32::try_from(number.checked_mul(factor)?).ok().map(Self)
    }
}
