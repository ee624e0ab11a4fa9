//! When to look again at something that takes its time.

use std::time::Duration;

use nk_model::Pace;

/// The first look after a change: what answers at once is seen at once.
const FIRST: f64 = 0.2;
/// How far apart the looks are, as a part of the time passed, while the usual time is not near.
/// Five looks in the first two minutes find what is unusually quick.
pub(crate) const EARLY: f64 = 3.0;
/// From this part of the usual time on, the end is near.
const NEAR: f64 = 0.85;
/// Near the end a look costs at most this part of the time passed.
const LATE: f64 = 0.02;

/// How long to wait before the next look.
///
/// `elapsed` seconds have passed since the change that usually takes `usual` seconds.
pub(crate) fn next_look(elapsed: f64, usual: f64, pace: &Pace) -> Duration {
    let near = usual * NEAR;
    let wait = if elapsed >= near {
        // What takes no time is asked for at growing distances, up to the kind's own.
        (elapsed * LATE).max(pace.every).min(elapsed.max(FIRST))
    } else {
        (elapsed * EARLY).max(FIRST).min(near - elapsed)
    };
    Duration::from_secs_f64(wait.max(0.05))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(usual: f64, takes: f64, pace: &Pace) -> (usize, f64) {
        let mut at = 0.0;
        for look in 1.. {
            at += next_look(at, usual, pace).as_secs_f64();
            if at >= takes {
                return (look, at);
            }
        }
        unreachable!("there is always another look")
    }

    #[test]
    fn a_nat_gateway_is_seen_within_a_twentieth_of_its_time() {
        let pace = Pace { create: 107.0, every: 2.0, ..Pace::QUICK };
        for takes in [92.0, 107.0, 140.0] {
            let (count, at) = looks(107.0, takes, &pace);
            assert!(at - takes <= 0.05 * takes, "{takes}: seen at {at}");
            assert!(count < 40, "{takes}: {count} looks");
        }
    }

    #[test]
    fn what_is_ready_at_once_is_seen_at_once() {
        let pace = Pace { create: 428.0, every: 5.0, ..Pace::QUICK };
        assert_eq!(looks(428.0, 0.1, &pace).0, 1);
    }

    #[test]
    fn looks_never_come_in_a_burst() {
        let mut at = 0.0;
        for _ in 0..1000 {
            let wait = next_look(at, 1.0, &Pace::QUICK).as_secs_f64();
            assert!(wait >= 0.05, "{at}: {wait}");
            at += wait;
        }
    }
}
