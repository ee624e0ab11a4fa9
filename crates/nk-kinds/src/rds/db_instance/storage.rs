//! The storage of a database instance.

use serde::{Deserialize, Serialize};

/// The storage of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Storage {
    /// The minimum size in GiB; for live storage, the current size. RDS cannot make storage smaller, so
    /// what it has grown by is not a difference.
    pub initial: i32,
    /// The size in GiB up to which it may grow by itself; equal to `initial` if it does not grow.
    /// Storage that has grown beyond the limit satisfies it.
    pub limit: i32,
}

impl Storage {
    /// Makes the live storage equal to the desired one as far as it satisfies it.
    pub(super) fn equate(&mut self, wanted: Self) {
        let size = self.initial;
        if size > wanted.initial {
            self.initial = wanted.initial;
        }
        // Storage that does not grow is all that is possible for a desired limit that it has
        // already exceeded.
        if self.limit <= size && wanted.limit < Self::least_limit(size) {
            self.limit = wanted.limit;
        }
    }

    /// The lowest limit that RDS accepts for storage of this many GiB: a tenth more. See
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html>.
    pub fn least_limit(size: i32) -> i32 {
        size.saturating_add(size.saturating_add(9) / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_has_grown_or_outgrown_its_limit_is_as_good_as_wanted() {
        let storage = |initial, limit| Storage { initial, limit };
        let equated = |(size, limit), wanted| {
            let mut there = storage(size, limit);
            there.equate(wanted);
            there
        };
        assert_eq!(equated((60, 100), storage(20, 100)), storage(20, 100));
        assert_eq!(equated((20, 20), storage(20, 100)), storage(20, 20));
        // No growth is wanted, or none that there is room for.
        for none in [storage(20, 20), storage(20, 40), storage(20, 65)] {
            assert_eq!(equated((60, 60), none), none);
            assert_eq!(equated((60, 100), none), storage(20, 100));
        }
        // Growth is wanted, and off.
        assert_eq!(equated((60, 60), storage(20, 100)), storage(20, 60));
        // More is wanted.
        assert_eq!(equated((60, 60), storage(80, 80)), storage(60, 60));
    }
}
