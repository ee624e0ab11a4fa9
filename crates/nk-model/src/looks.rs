//! When to look at something that takes its time.

/// When the looks at one resource are, after a change to it.
///
/// First after the usual time less a wide margin, since AWS is at times twice as quick; then so often
/// that what is seen late is seen late by a small part of the time that has passed anyway. Where the
/// end of the run does not depend on the resource, the looks are further apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Looks {
    /// Seconds that the change usually takes.
    pub usual: f64,
    /// Seconds that it may take longer without moving the end of the run.
    pub slack: f64,
    /// The least seconds between two looks: what AWS's rate limits are content with.
    pub every: f64,
}

impl Looks {
    /// The least seconds between two looks at AWS: its limits for reading are between five and
    /// twenty calls a second, for everything that reads.
    pub const AWS: f64 = 1.0;
    /// The same for an emulator on this machine, which has no limits.
    pub const EMULATOR: f64 = 0.1;

    /// The first look: what is done at once is seen at once.
    const FIRST: f64 = 0.2;
    /// Looks so long before the usual time are for what an estimate got wrong, and few: each so many
    /// times later than the one before.
    const EARLY: f64 = 6.0;
    /// From this part of the usual time on, the end is possible.
    const POSSIBLE: f64 = 0.45;
    /// From this part of the usual time on, the end is near.
    const NEAR: f64 = 0.8;
    /// Near the end, a look is at most this part of the time that has passed after the one before.
    const TIGHT: f64 = 0.02;
    /// The same where the end of the run does not depend on it.
    const LOOSE: f64 = 0.05;
    /// How many slow steps may share the slack of a way through the plan.
    const SHARERS: f64 = 4.0;

    /// What usually takes no more seconds may be done at the first look.
    const QUICK: f64 = 2.5;
    /// No two looks are nearer to each other.
    const LEAST: f64 = 0.05;

    /// Seconds to wait until the next look, when so many have passed since the change.
    pub fn next(&self, elapsed: f64) -> f64 {
        let possible = self.usual * Self::POSSIBLE;
        let wait = if elapsed < possible {
            let first = if self.usual > Self::QUICK { self.every } else { Self::FIRST };
            (elapsed * Self::EARLY).max(first).min(possible - elapsed)
        } else {
            let near = if elapsed < self.usual * Self::NEAR { 2.0 } else { 1.0 };
            let spare = (self.slack / Self::SHARERS).min(elapsed * Self::LOOSE);
            let gap = near * spare.max(elapsed * Self::TIGHT);
            // What takes no time is asked for at growing distances, up to the least distance.
            gap.max(self.every.min(elapsed.max(Self::FIRST)))
        };
        wait.max(Self::LEAST)
    }

    /// How many looks there are at what takes so many seconds, the one that sees the end included,
    /// when the one before was after `from` seconds; and when the last one is.
    pub fn count(&self, from: f64, takes: f64) -> (usize, f64) {
        let (mut at, mut count) = (from, 0);
        while at < takes {
            at += self.next(at);
            count += 1;
        }
        (count, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_end_depends_on_is_seen_within_a_fiftieth_of_its_time() {
        for usual in [73.0, 107.0, 154.0, 428.0] {
            let looks = Looks { usual, slack: 0.0, every: Looks::AWS };
            for part in [0.85, 1.0, 1.17, 1.5] {
                let takes = usual * part;
                let (count, at) = looks.count(0.0, takes);
                assert!(at - takes <= (0.02 * takes).max(1.0) + 1e-9, "{takes}: seen at {at}");
                // Fewer than one for each fiftieth of the time that it should have taken.
                let most = 50.0 * part.max(1.2);
                assert!(f64::from(u32::try_from(count).unwrap()) < most, "{takes}: {count} looks");
            }
        }
    }

    #[test]
    fn what_is_twice_as_quick_is_seen_within_a_twentieth_of_its_time() {
        for (usual, slack) in [(107.0, 0.0), (428.0, 0.0), (107.0, 3.0)] {
            let looks = Looks { usual, slack, every: Looks::AWS };
            for part in [0.5, 0.6, 0.79] {
                let (_, at) = looks.count(0.0, usual * part);
                assert!(at <= 1.05 * usual * part, "{usual} in {}: at {at}", usual * part);
            }
        }
    }

    #[test]
    fn what_nothing_waits_for_is_looked_at_less() {
        let tight = Looks { usual: 107.0, slack: 0.0, every: Looks::AWS };
        let loose = Looks { slack: 200.0, ..tight };
        let (few, at) = loose.count(0.0, 107.0);
        let (many, _) = tight.count(0.0, 107.0);
        assert!(few < many * 2 / 3, "{few} and {many} looks");
        assert!(at <= 1.06 * 107.0, "seen at {at}");
    }

    #[test]
    fn what_is_ready_at_once_is_seen_at_once() {
        let looks = Looks { usual: 1.0, slack: 0.0, every: Looks::AWS };
        assert_eq!(looks.count(0.0, 0.1), (1, 0.2));
        let emulator = Looks { usual: 0.1, slack: 0.0, every: Looks::EMULATOR };
        assert_eq!(emulator.count(0.0, 0.04).0, 1);
    }

    #[test]
    fn looks_never_come_in_a_burst() {
        for (usual, every) in [(1.0, Looks::AWS), (428.0, Looks::AWS), (0.0, Looks::EMULATOR)] {
            let looks = Looks { usual, slack: 0.0, every };
            let mut at = 0.0;
            for _ in 0..1000 {
                let wait = looks.next(at);
                assert!(wait >= 0.05, "{at}: {wait}");
                at += wait;
            }
        }
    }
}
