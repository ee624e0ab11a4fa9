//! How long running a plan will probably take.

use std::{collections::HashSet, time::Duration};

use fastrand::Rng;

use nk_model::{Forecast, Looks, Operation, Part, Plan, Registry, Spread, Step};

use crate::{network::Network, setting::Setting};

/// How long a call takes, where many want to be made and only so many may be at once.
const CALL: Duration = Duration::from_millis(100);
/// What usually takes no longer is done when the call is answered.
const AT_ONCE: Duration = Duration::from_millis(2500);
/// How many runs are simulated, unless the plan is so large that fewer must do.
const DRAWS: usize = 200;
/// How many steps are simulated in all, about and at most.
const EFFORT: usize = 200_000;
/// The smallest number of runs that are simulated.
const FEWEST: usize = 20;
/// What the draws begin with: they are the same each time.
const SEED: u64 = 7;

/// The forecast for a plan whose steps have their times.
///
/// The time of each step is drawn from its distribution, independently of the others, and the plan
/// is run with these times; the result is the median and the ninth decile of many such runs. The
/// draws are the same each time.
pub(crate) fn forecast(
    plan: &Plan,
    network: &Network,
    registry: Registry,
    setting: &Setting<'_>,
) -> Forecast {
    if plan.steps.is_empty() {
        return Forecast::default();
    }
    let usual: Vec<_> = network.usual().iter().map(|usual| usual.median).collect();
    let path = network.course(&usual, &[], Duration::ZERO).path();
    let calls = |step: &Step| calls(step, registry, setting.every);
    let (made, looks) = plan
        .steps
        .iter()
        .map(calls)
        .fold((0, 0), |(made, looks), (calls, at_it)| (made + calls, looks + at_it));
    // However short the chains are, the number of calls in progress is limited.
    let busy = CALL * count(made) / count(setting.places.max(1));
    Forecast {
        time: drawn(network, busy),
        critical_path: path.into_iter().map(|id| plan.steps[id].address.clone()).collect(),
        calls: made + looks,
    }
}

/// How many calls a step makes, and how many probes while AWS is busy.
fn calls(step: &Step, registry: Registry, every: Duration) -> (usize, usize) {
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
    let mut moments: Vec<_> = step.late.values().copied().collect();
    moments.sort_unstable();
    moments.push(step.usual.median);
    let (looks, _) = moments.into_iter().fold((0, Duration::ZERO), |(looks, at), usual| {
        let after = Looks { usual, quick: step.usual.quick(), slack: step.slack, every };
        let (more, at) = after.count(at, usual);
        (looks + more, at)
    });
    (made, looks)
}

/// How long runs take if the times of their steps vary.
fn drawn(network: &Network, least: Duration) -> Spread {
    let mut rng = Rng::with_seed(SEED);
    let draws = (EFFORT / network.usual().len()).clamp(FEWEST, DRAWS);
    let mut ends: Vec<_> = (0..draws)
        .map(|_| {
            let takes: Vec<_> =
                network.usual().iter().map(|usual| usual.at(deviations(&mut rng))).collect();
            network.course(&takes, &[], Duration::ZERO).end().max(least)
        })
        .collect();
    ends.sort_unstable();
    Spread { median: ends[draws / 2], slow: ends[(draws * 9).div_ceil(10) - 1] }
}

/// As many standard deviations as a normal distribution has: the sum of twelve even ones is near it.
fn deviations(rng: &mut Rng) -> f64 {
    (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_normal_and_the_same_each_time() {
        let draw = || {
            let mut rng = Rng::with_seed(SEED);
            (0..10_000).map(|_| deviations(&mut rng)).collect::<Vec<_>>()
        };
        let drawn = draw();
        assert_eq!(drawn, draw());
        let within = |limit: f64| drawn.iter().filter(|one| **one < limit).count();
        assert!((4_800..5_200).contains(&within(0.0)), "{}", within(0.0));
        assert!((8_850..9_150).contains(&within(1.2816)), "{}", within(1.2816));
    }
}
