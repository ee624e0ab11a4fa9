//! What running a plan will probably take.

use std::{collections::HashSet, f64::consts::TAU};

use nk_model::{Forecast, Looks, Operation, Part, Plan, Registry, Spread, Step};

use crate::{network::Network, setting::Setting};

/// How long a call takes, in seconds, where many want to be made and only so many may be at once.
const CALL: f64 = 0.1;
/// What usually takes no more seconds is done when the call is answered.
const AT_ONCE: f64 = 2.5;
/// How many runs are drawn, where the plan is not so large that fewer must do.
const DRAWS: usize = 200;
/// How many steps are drawn in all, at most and about.
const EFFORT: usize = 200_000;
/// The fewest runs that are drawn.
const FEWEST: usize = 20;

/// What a plan whose steps know their times will probably take.
///
/// The times of the steps are drawn, each by itself, from their spreads, and the plan is run with
/// them: the median and the ninth decile of many such runs. The draws are the same each time.
pub(crate) fn forecast(
    plan: &Plan,
    network: &Network,
    registry: Registry,
    setting: &Setting<'_>,
) -> Forecast {
    if plan.steps.is_empty() {
        return Forecast::default();
    }
    let usual: Vec<f64> = network.usual().iter().map(|usual| usual.median).collect();
    let path = network.course(&usual, &[], 0.0).path();
    let calls = |step: &Step| calls(step, registry, setting.every);
    let (made, looks) = plan
        .steps
        .iter()
        .map(calls)
        .fold((0, 0), |(made, looks), (calls, at_it)| (made + calls, looks + at_it));
    // However short the ways are, only so many calls are under way at once.
    let busy = count(made) * CALL / count(setting.places.max(1));
    Forecast {
        time: drawn(network, busy),
        critical_path: path.into_iter().map(|id| plan.steps[id].address.clone()).collect(),
        calls: made + looks,
    }
}

/// How many calls a step makes, and how many looks there are at it while AWS is busy.
fn calls(step: &Step, registry: Registry, every: f64) -> (usize, usize) {
    let Some(kind) = registry(step.address.kind()) else { return (1, 0) };
    let made = match step.action.operation() {
        Operation::Create => kind.calls.create,
        Operation::Destroy => kind.calls.destroy,
        Operation::Update => {
            let fields: HashSet<_> = step.changes.iter().map(nk_model::Change::field).collect();
            kind.calls.update * (fields.len() + usize::from(step.part == Part::Restores))
        }
    };
    if step.usual.median <= AT_ONCE {
        return (made, 0);
    }
    let mut moments: Vec<f64> = step.late.values().copied().collect();
    moments.sort_by(f64::total_cmp);
    moments.push(step.usual.median);
    let (looks, _) = moments.into_iter().fold((0, 0.0), |(looks, at), usual| {
        let after = Looks { usual, quick: step.usual.quick(), slack: step.slack, every };
        let (more, at) = after.count(at, usual);
        (looks + more, at)
    });
    (made, looks)
}

/// How long runs take whose steps take now more and now less.
fn drawn(network: &Network, least: f64) -> Spread {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let draws = (EFFORT / network.usual().len()).clamp(FEWEST, DRAWS);
    let mut ends: Vec<f64> = (0..draws)
        .map(|_| {
            let takes: Vec<f64> =
                network.usual().iter().map(|usual| usual.at(chance.deviations())).collect();
            network.course(&takes, &[], 0.0).end().max(least)
        })
        .collect();
    ends.sort_by(f64::total_cmp);
    Spread { median: ends[draws / 2], slow: ends[(draws * 9).div_ceil(10) - 1] }
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    /// Between nought and one (`SplitMix64`).
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a float holds")]
    fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal, by Box and Muller.
    fn deviations(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.part(), self.part());
        (-2.0 * radius.ln()).sqrt() * (TAU * angle).cos()
    }
}

#[expect(clippy::cast_precision_loss, reason = "no plan makes so many calls")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_normal_and_the_same_each_time() {
        let draw = || {
            let mut chance = Chance(7);
            (0..10_000).map(|_| chance.deviations()).collect::<Vec<_>>()
        };
        let drawn = draw();
        assert_eq!(drawn, draw());
        let within = |limit: f64| drawn.iter().filter(|one| **one < limit).count();
        assert!((4_800..5_200).contains(&within(0.0)), "{}", within(0.0));
        assert!((8_850..9_150).contains(&within(1.2816)), "{}", within(1.2816));
    }
}
