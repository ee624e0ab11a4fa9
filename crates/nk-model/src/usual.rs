//! How long things usually take, as data.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Json, Operation, seconds};

/// How long something takes: half of the times less than `median`, nine times in ten less than
/// `slow`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spread {
    /// Every second time it takes less.
    #[serde(with = "seconds")]
    pub median: Duration,
    /// Nine times in ten it takes less.
    #[serde(with = "seconds")]
    pub slow: Duration,
}

impl Spread {
    /// For what is not known: AWS finishes most things at once.
    pub const UNKNOWN: Self = Self { median: Duration::from_secs(1), slow: Duration::from_secs(2) };

    /// With fewer samples than this, the slowest is not taken as the ninth decile.
    const FEW: usize = 5;
    /// How much longer than the median the ninth decile is if there are few samples; about what it
    /// is where there are many.
    const WIDE: f64 = 1.3;
    /// Whatever deviates takes no longer.
    const LONGEST: Duration = Duration::from_hours(24);

    /// The median, and the ninth decile by nearest rank. None without samples.
    pub fn of(samples: &[Duration]) -> Option<Self> {
        let mut sorted = samples.to_vec();
        sorted.sort_unstable();
        let (count, last) = (sorted.len(), *sorted.last()?);
        let median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
        let ninth = sorted.get((count * 9).div_ceil(10) - 1).copied().unwrap_or(last);
        let wide = if count < Self::FEW { median.mul_f64(Self::WIDE) } else { median };
        Some(Self { median, slow: ninth.max(wide) })
    }

    /// The part of the median that nine in ten take at least. Times are skewed: as many are a
    /// certain factor faster as are slower by that factor.
    pub fn quick(self) -> f64 {
        if self.slow > self.median { self.median.div_duration_f64(self.slow) } else { 1.0 }
    }

    /// This many times as long.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { median: self.median.mul_f64(factor), slow: self.slow.mul_f64(factor) }
    }

    /// So much longer.
    #[must_use]
    pub fn plus(self, more: Duration) -> Self {
        Self { median: self.median + more, slow: self.slow + more }
    }

    /// The time at this many standard deviations. Times are skewed, so their logarithm is taken as
    /// normally distributed.
    pub fn at(self, deviations: f64) -> Duration {
        /// Nine in ten of a normal distribution lie below this many standard deviations.
        const NINE_IN_TEN: f64 = 1.281_551_565_5;
        if self.median.is_zero() || self.slow <= self.median {
            return self.median;
        }
        let factor = self.slow.div_duration_f64(self.median).powf(deviations / NINE_IN_TEN);
        let longest = Self::LONGEST.max(self.median);
        self.median.mul_f64(factor.min(longest.div_duration_f64(self.median)))
    }
}

/// How long one operation on one kind usually takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Usual {
    /// The kind.
    pub kind: String,
    /// The operation.
    pub operation: Operation,
    /// The output that is known after this time and not in the answer to the create call; none for
    /// the time until the resource is ready or deleted.
    pub output: Option<String>,
    /// What the spec must say for this time to apply: fields, with dots between the levels, and
    /// their values; `any` stands for every value except null and the empty list.
    pub when: BTreeMap<String, Json>,
    /// What is added to it.
    pub plus: Option<Plus>,
    /// The times.
    pub spread: Spread,
    /// The number of runs it comes from; zero if it was derived otherwise.
    pub samples: usize,
}

/// A time that another resource's spec adds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plus {
    /// The field that refers to that resource, dots between the levels.
    pub through: String,
    /// The field of its spec, in seconds.
    pub field: String,
}

impl Usual {
    /// A name for what was measured, and under which condition.
    pub fn key(&self) -> String {
        let operation = match self.operation {
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Destroy => "destroy",
        };
        let until = self.output.as_ref().map(|output| format!(" {output}")).unwrap_or_default();
        let when = self.when.iter().map(|(field, value)| format!(" {field}={value}"));
        format!("{} {operation}{until}{}", self.kind, when.collect::<String>())
    }

    /// Whether this time applies to a resource with this spec.
    pub fn fits(&self, spec: &Json) -> bool {
        self.when.iter().all(|(path, wanted)| {
            let value = field(spec, path);
            if wanted == "any" {
                value.is_some_and(|value| !value.is_null() && *value != Json::Array(Vec::new()))
            } else {
                value == Some(wanted)
            }
        })
    }

    /// The time that fits a resource best: the one with the most conditions.
    pub fn best<'a>(
        all: &'a [Self],
        operation: Operation,
        output: Option<&str>,
        spec: &Json,
    ) -> Option<&'a Self> {
        all.iter()
            .filter(|usual| usual.operation == operation && usual.output.as_deref() == output)
            .filter(|usual| usual.fits(spec))
            .max_by_key(|usual| usual.when.len())
    }
}

/// The value at a path, with dots between the levels; in a list, that of its first element.
pub fn field<'a>(spec: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(spec, |value, name| {
        let value = value.as_array().map_or(Some(value), |values| values.first())?;
        value.get(name)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn spread(median: f64, slow: f64) -> Spread {
        Spread { median: seconds(median), slow: seconds(slow) }
    }

    fn usual(when: &[(&str, Json)], median: f64) -> Usual {
        Usual {
            kind: "db-instance".into(),
            operation: Operation::Create,
            output: None,
            when: when.iter().map(|(name, value)| ((*name).into(), value.clone())).collect(),
            plus: None,
            spread: spread(median, median),
            samples: 0,
        }
    }

    #[test]
    fn a_median_lies_between_and_the_ninth_decile_is_one_of_the_samples() {
        let ten: Vec<_> = (1..=10).map(Duration::from_secs).collect();
        assert_eq!(Spread::of(&ten), Some(spread(5.5, 9.0)));
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn few_samples_do_not_pass_for_certainty() {
        assert_eq!(Spread::of(&[seconds(100.0)]), Some(spread(100.0, 130.0)));
    }

    #[test]
    fn nine_in_ten_are_quicker_than_slow() {
        let one = spread(100.0, 150.0);
        assert_eq!(one.at(0.0), seconds(100.0));
        assert_eq!(one.at(1.281_551_565_5), seconds(150.0));
        assert!(one.at(-5.0) > Duration::ZERO);
        let quick = one.at(-1.281_551_565_5).as_secs_f64();
        assert!((quick - 100.0 * one.quick()).abs() < 1e-6);
        assert!((spread(1.0, 1.0).quick() - 1.0).abs() < 1e-9);
        // Whatever was measured, a sum of times has an end.
        assert_eq!(spread(0.01, 1e9).at(6.0), Spread::LONGEST);
    }

    #[test]
    fn the_most_exact_time_counts() {
        let all = [
            usual(&[], 428.0),
            usual(&[("multi-zone", json!(true))], 827.0),
            usual(&[("backup-days", json!(0))], 298.0),
            usual(&[("storage.limit", json!("any"))], 500.0),
        ];
        let best = |spec: Json| {
            Usual::best(&all, Operation::Create, None, &spec)
                .map(|usual| usual.spread.median.as_secs())
        };
        assert_eq!(best(json!({"multi-zone": false, "backup-days": 7})), Some(428));
        assert_eq!(best(json!({"multi-zone": true, "backup-days": 7})), Some(827));
        assert_eq!(best(json!({"storage": {"limit": 100}})), Some(500));
        assert_eq!(best(json!({"storage": {"limit": null}})), Some(428));
        assert_eq!(best(json!({"storage": {"limit": []}})), Some(428));
        assert_eq!(best(json!({"storage": [{"limit": 100}]})), Some(500));
        assert_eq!(Usual::best(&all, Operation::Destroy, None, &json!({})), None);
        assert_eq!(all[1].key(), "db-instance create multi-zone=true");
    }
}
