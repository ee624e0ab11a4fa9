//! Versions of a database engine.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A version by its numbers: `15.10` comes after `15.9`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EngineVersion(Vec<u32>);

impl EngineVersion {
    /// The major version.
    pub fn major(&self) -> u32 {
        self.0[0]
    }

    /// Whether `live` satisfies this version as the lowest acceptable one of its major version.
    pub fn admits(&self, live: &Self) -> bool {
        self.major() == live.major() && live >= self
    }
}

impl Ord for EngineVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for EngineVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for EngineVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split('.')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|_| format!("`{text}` is not a version such as `15.4`"))
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

impl Serialize for EngineVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EngineVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_floor_within_its_major() {
        let version = |text: &str| text.parse::<EngineVersion>().unwrap();
        assert!(version("15.4").admits(&version("15.10")));
        assert!(version("15").admits(&version("15.10")));
        assert!(!version("15.4").admits(&version("15.3")));
        assert!(!version("15.4").admits(&version("16.1")));
    }
}
