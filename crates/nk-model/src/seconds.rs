//! Times in JSON: seconds, as numbers with a fraction.
//!
//! For `#[serde(with = "seconds")]` on a [`Duration`] and on what holds some.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// What becomes numbers of seconds in JSON.
pub trait Times: Sized {
    /// Its form in JSON.
    type Seconds: Serialize + for<'de> Deserialize<'de>;

    /// In seconds.
    fn seconds(&self) -> Self::Seconds;

    /// From seconds; none where one is negative or no number.
    fn of(seconds: Self::Seconds) -> Option<Self>;
}

impl Times for Duration {
    type Seconds = f64;

    fn seconds(&self) -> f64 {
        self.as_secs_f64()
    }

    fn of(seconds: f64) -> Option<Self> {
        Self::try_from_secs_f64(seconds).ok()
    }
}

impl<T: Times> Times for Option<T> {
    type Seconds = Option<T::Seconds>;

    fn seconds(&self) -> Self::Seconds {
        self.as_ref().map(T::seconds)
    }

    fn of(seconds: Self::Seconds) -> Option<Self> {
        match seconds {
            None => Some(None),
            Some(seconds) => T::of(seconds).map(Some),
        }
    }
}

impl<T: Times> Times for Vec<T> {
    type Seconds = Vec<T::Seconds>;

    fn seconds(&self) -> Self::Seconds {
        self.iter().map(T::seconds).collect()
    }

    fn of(seconds: Self::Seconds) -> Option<Self> {
        seconds.into_iter().map(T::of).collect()
    }
}

impl<T: Times> Times for BTreeMap<String, T> {
    type Seconds = BTreeMap<String, T::Seconds>;

    fn seconds(&self) -> Self::Seconds {
        self.iter().map(|(key, time)| (key.clone(), time.seconds())).collect()
    }

    fn of(seconds: Self::Seconds) -> Option<Self> {
        seconds.into_iter().map(|(key, seconds)| Some((key, T::of(seconds)?))).collect()
    }
}

/// Writes seconds.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize<T: Times, S: Serializer>(times: &T, serializer: S) -> Result<S::Ok, S::Error> {
    times.seconds().serialize(serializer)
}

/// Reads seconds.
///
/// # Errors
///
/// Where there are none, or negative ones.
pub fn deserialize<'de, T: Times, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::of(T::Seconds::deserialize(deserializer)?)
        .ok_or_else(|| D::Error::custom("a time is a number of seconds that is not negative"))
}
