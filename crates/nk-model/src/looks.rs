//! When to poll a slow resource.

use std::{ops::Range, time::Duration};

/// The polling schedule of one resource after a change to it.
///
/// One or two probes soon, in case the usual time is wrong; the next when one in ten resources
/// would be done; then often enough that the end is noticed late by only a small part of the
/// elapsed time. If the end of the run does not depend on the resource, the probes are further
/// apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Looks {
    /// How long the change usually takes.
    pub usual: Duration,
    /// The part of the usual time that nine in ten take at least: [`Spread::quick`].
    ///
    /// [`Spread::quick`]: crate::Spread::quick
    pub quick: f64,
    /// How much longer it may take without moving the end of the run.
    pub slack: Duration,
    /// The least time between two looks: what AWS's rate limits are content with.
    pub every: Duration,
}

impl Looks {
    /// The least time between two looks at AWS: its limits for reading are between five and
    /// twenty calls a second, for everything that reads.
    pub const AWS: Duration = Duration::from_secs(1);
    /// The same for an emulator on this machine, which has no limits.
    pub const EMULATOR: Duration = Duration::from_millis(100);

    /// The end is considered possible from no earlier and no later than these parts of the usual
    /// time, because times may have been seen only a few times.
    const POSSIBLE: [f64; 2] = [0.5, 0.75];
    /// Between these parts of the usual time, the end is likely.
    const LIKELY: Range<f64> = 0.9..1.15;
    /// While the end is likely, a probe comes after at most this part of the elapsed time.
    const TIGHT: f64 = 0.02;
    /// The same while the end is possible: together with other losses, less than a twentieth of the
    /// time.
    const WIDE: f64 = 0.04;
    /// The same if the end of the run does not depend on the resource.
    const LOOSE: f64 = 0.2;
    /// How many slow steps may share the slack of a path through the plan.
    const SHARERS: u32 = 4;

    /// The first probe, in minimum distances: what is done at once is noticed soon.
    const SOON: u32 = 4;
    /// Probes before the end is possible are for wrong estimates, and few: each comes so many times
    /// later than the one before.
    const EARLY: u32 = 10;

    /// What usually takes no longer may be done at the first look.
    const QUICK: Duration = Duration::from_millis(2500);
    /// That look.
    const FIRST: Duration = Duration::from_millis(200);
    /// The minimum distance between two probes.
    const LEAST: Duration = Duration::from_millis(50);

    /// The looks at what usually takes no time.
    pub fn at_once(every: Duration) -> Self {
        Self { usual: Duration::ZERO, quick: 1.0, slack: Duration::ZERO, every }
    }

    /// How long to wait until the next look, when so much has passed since the change.
    pub fn next(&self, elapsed: Duration) -> Duration {
        let [least, most] = Self::POSSIBLE;
        let possible = self.usual.mul_f64(self.quick.clamp(least, most));
        let wait = if elapsed >= possible {
            let likely = Self::LIKELY.contains(&elapsed.div_duration_f64(self.usual));
            let pace = if likely { Self::TIGHT } else { Self::WIDE };
            let gap = (self.slack / Self::SHARERS).min(elapsed.mul_f64(Self::LOOSE));
            let gap = gap.max(elapsed.mul_f64(pace));
            // What takes no time is probed at growing distances, up to the minimum distance for
            // slow resources.
            gap.max(self.every.min(elapsed.max(Self::FIRST)))
        } else if self.usual <= Self::QUICK {
            (elapsed * Self::EARLY).max(Self::FIRST).min(possible.saturating_sub(elapsed))
        } else {
            let early = (elapsed * Self::EARLY).max(self.every * Self::SOON);
            // No probe shortly before the first one that has a chance.
            let next = if early < possible / 3 { early } else { possible };
            next.saturating_sub(elapsed)
        };
        wait.max(Self::LEAST)
    }

    /// How many looks there are at what takes so long, the one that sees the end included, when the
    /// one before was `from` after the change; and when the last one is.
    pub fn count(&self, from: Duration, takes: Duration) -> (usize, Duration) {
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

    /// The usual times of slow resources.
    const SLOW: [f64; 4] = [73.0, 107.0, 154.0, 428.0];

    fn looks(usual: f64, slack: f64) -> Looks {
        let [usual, slack] = [usual, slack].map(Duration::from_secs_f64);
        Looks { usual, quick: 0.75, slack, every: Looks::AWS }
    }

    /// The same in seconds.
    fn count(looks: Looks, takes: f64) -> (usize, f64) {
        let (count, at) = looks.count(Duration::ZERO, Duration::from_secs_f64(takes));
        (count, at.as_secs_f64())
    }

    #[test]
    fn what_the_end_depends_on_is_seen_within_a_fiftieth_of_its_time() {
        for usual in SLOW {
            for part in [0.95, 1.0, 1.05, 1.14] {
                let takes = usual * part;
                let (count, at) = count(looks(usual, 0.0), takes);
                assert!(at - takes <= (0.02 * takes).max(1.0) + 1e-9, "{takes}: seen at {at}");
                assert!(count <= 30, "{takes}: {count} looks");
            }
        }
    }

    #[test]
    fn what_is_no_quicker_than_one_in_ten_is_seen_within_a_twentieth_of_its_time() {
        for usual in SLOW {
            for (quick, from) in [(0.3, 50), (0.6, 60), (0.9, 75)] {
                for percent in from..300 {
                    let takes = usual * f64::from(percent) / 100.0;
                    for slack in [0.0, 3.0] {
                        let (_, at) = count(Looks { quick, ..looks(usual, slack) }, takes);
                        assert!(at <= 1.05 * takes, "{usual} in {takes}: at {at}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_takes_its_usual_time_is_looked_at_sixteen_times_at_most() {
        for usual in SLOW {
            let (count, _) = count(looks(usual, 0.0), usual);
            assert!(count <= 16, "{usual}: {count} looks");
        }
    }

    #[test]
    fn what_nothing_waits_for_is_looked_at_less() {
        for usual in SLOW {
            let (count, at) = count(looks(usual, 2.0 * usual), usual);
            assert!(count <= 5, "{usual}: {count} looks");
            assert!(at <= 1.2 * usual, "{usual}: seen at {at}");
        }
    }

    #[test]
    fn a_late_look_takes_no_more_than_a_quarter_of_the_slack() {
        for (usual, slack) in [(73.0, 49.0), (175.0, 40.0)] {
            for percent in 75..150 {
                let takes = usual * f64::from(percent) / 100.0;
                let (_, at) = count(looks(usual, slack), takes);
                let late = (slack / 4.0).max(0.05 * takes);
                assert!(at - takes <= late, "{usual} in {takes}: seen at {at}");
            }
        }
    }

    #[test]
    fn what_an_estimate_got_wrong_is_seen_when_the_end_is_possible() {
        assert_eq!(count(looks(428.0, 0.0), 1.0), (1, 4.0));
        assert_eq!(count(looks(428.0, 0.0), 30.0), (2, 40.0));
        assert_eq!(count(looks(428.0, 0.0), 100.0), (3, 321.0));
        assert_eq!(count(looks(7.0, 0.0), 1.0), (1, 5.25));
    }

    #[test]
    fn what_is_ready_at_once_is_seen_at_once() {
        let aws = looks(1.0, 0.0);
        assert_eq!(count(aws, 0.1), (1, 0.2));
        let emulator = Looks { every: Looks::EMULATOR, ..looks(0.1, 0.0) };
        assert_eq!(count(emulator, 0.04).0, 1);
    }

    #[test]
    fn looks_never_come_in_a_burst() {
        for (usual, every) in [(1.0, Looks::AWS), (428.0, Looks::AWS), (0.0, Looks::EMULATOR)] {
            let looks = Looks { every, ..looks(usual, 0.0) };
            let mut at = Duration::ZERO;
            for _ in 0..300 {
                let wait = looks.next(at);
                assert!(wait >= Looks::LEAST, "{at:?}: {wait:?}");
                at += wait;
            }
        }
    }
}
