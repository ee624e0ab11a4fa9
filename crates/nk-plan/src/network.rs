//! A plan as steps in time: how long its chains are, and when it will end.

use std::{collections::HashMap, time::Duration};

use nk_model::{Address, Placeholder, Plan, Spread, Step, StepId, Until, placeholders_in};

/// The steps of a plan with their times.
#[derive(Debug, Clone, Default)]
pub struct Network {
    usual: Vec<Spread>,
    needs: Vec<Vec<(StepId, Lag)>>,
}

/// When a step has come far enough for another to start.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lag {
    /// When its create call is answered.
    Answer,
    /// After this part of its time.
    Part(f64),
    /// When it has ended.
    Ended,
}

/// How long AWS takes to answer a call that makes something.
const ANSWER: Duration = Duration::from_millis(300);

impl Lag {
    /// How long after the beginning of a step that takes so long.
    fn after(self, takes: Duration) -> Duration {
        match self {
            Self::Answer => takes.min(ANSWER),
            Self::Part(part) => takes.mul_f64(part),
            Self::Ended => takes,
        }
    }
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Stage {
    /// It has not started.
    #[default]
    Waiting,
    /// It has begun, so long after the run.
    Running(Duration),
    /// It is over, since so long after the run began, or will never begin.
    Over(Duration),
}

/// When each step starts and ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    begins: Vec<Duration>,
    ends: Vec<Duration>,
    /// The need that was met last.
    last: Vec<Option<StepId>>,
}

impl Network {
    /// The network of a plan whose steps have their times.
    pub fn of(plan: &Plan) -> Self {
        let usual = plan.steps.iter().map(|step| step.usual).collect();
        let needs = plan.steps.iter().map(|step| lags(step, plan)).collect();
        Self { usual, needs }
    }

    /// How long each step usually takes.
    pub fn usual(&self) -> &[Spread] {
        &self.usual
    }

    /// When everything happens, seen from `now`, if the steps take this long and have come this
    /// far.
    ///
    /// A step that should have ended and has not ends now at the earliest, and so does what waits
    /// for it. The number of steps in progress is not limited.
    pub fn course(&self, takes: &[Duration], stages: &[Stage], now: Duration) -> Course {
        let count = self.usual.len();
        let mut course =
            Course { begins: vec![now; count], ends: vec![now; count], last: vec![None; count] };
        for id in 0..count {
            match stages.get(id).copied().unwrap_or_default() {
                Stage::Waiting => {
                    let mut begin = now;
                    for (need, lag) in &self.needs[id] {
                        let met = course.met(*need, *lag, takes[*need], stages, now);
                        if met >= begin {
                            (begin, course.last[id]) = (met, Some(*need));
                        }
                    }
                    (course.begins[id], course.ends[id]) = (begin, begin + takes[id]);
                }
                Stage::Running(since) => {
                    (course.begins[id], course.ends[id]) = (since, (since + takes[id]).max(now));
                }
                Stage::Over(at) => (course.begins[id], course.ends[id]) = (at, at),
            }
        }
        course
    }

    /// For each step how long the way from its begin to the end is, and how much later it may end
    /// without moving the end of the run.
    pub fn ways(&self) -> (Vec<Duration>, Vec<Duration>) {
        let takes: Vec<_> = self.usual.iter().map(|usual| usual.median).collect();
        let course = self.course(&takes, &[], Duration::ZERO);
        let mut remaining = takes.clone();
        // The longest chain that is delayed if the progress of the step is noticed late.
        let mut bound = takes.clone();
        for id in (0..takes.len()).rev() {
            for (need, lag) in &self.needs[id] {
                let way = lag.after(takes[*need]) + remaining[id];
                remaining[*need] = remaining[*need].max(way);
                if *lag != Lag::Answer {
                    bound[*need] = bound[*need].max(way);
                }
            }
        }
        let end = course.end();
        let slack = course.begins.iter().zip(bound);
        let slack = slack.map(|(begin, way)| end.saturating_sub(*begin + way));
        (remaining, slack.collect())
    }
}

impl Course {
    /// When a need is met.
    fn met(
        &self,
        need: StepId,
        lag: Lag,
        takes: Duration,
        stages: &[Stage],
        now: Duration,
    ) -> Duration {
        match (lag, stages.get(need).copied().unwrap_or_default()) {
            (_, Stage::Over(at)) => at,
            (Lag::Ended, _) => self.ends[need],
            // A step that has started and is still waited for has not assigned the outputs yet.
            (_, Stage::Running(since)) => (since + lag.after(takes)).max(now),
            (_, Stage::Waiting) => self.begins[need] + lag.after(takes),
        }
    }

    /// When the last step ends.
    pub fn end(&self) -> Duration {
        self.ends.iter().copied().max().unwrap_or_default()
    }

    /// The steps that decide when the last one ends, first step first.
    pub fn path(&self) -> Vec<StepId> {
        let last = (0..self.ends.len()).max_by_key(|id| self.ends[*id]);
        let mut path: Vec<_> = std::iter::successors(last, |id: &StepId| self.last[*id]).collect();
        path.reverse();
        path
    }
}

/// What a step needs, and when that exists: the latest of the outputs that it refers to.
fn lags(step: &Step, plan: &Plan) -> Vec<(StepId, Lag)> {
    let mut outputs: HashMap<Address, Vec<String>> = HashMap::new();
    for Placeholder { address, output } in placeholders_in(&step.spec) {
        outputs.entry(address).or_default().push(output);
    }
    let lag = |before: &Step| {
        let late = outputs.get(&before.address).into_iter().flatten();
        let late = late.filter_map(|output| before.late.get(output)).copied().max();
        match late {
            Some(late) => Lag::Part(late.div_duration_f64(before.usual.median).min(1.0)),
            None => Lag::Answer,
        }
    };
    step.needs
        .iter()
        .map(|need| match need.until {
            Until::Ended => (need.step, Lag::Ended),
            Until::Known => (need.step, lag(&plan.steps[need.step])),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// A gateway of 100 s whose route is 1 s, and a database of 400 s whose endpoint, after 300 s, a
    /// service of 70 s needs.
    fn network() -> (Network, Vec<Duration>) {
        let spread = |median| Spread { median: seconds(median), slow: seconds(median * 1.5) };
        let usual = [100.0, 1.0, 400.0, 70.0].map(spread).to_vec();
        let part = Lag::Part(0.75);
        let needs = vec![vec![], vec![(0, Lag::Ended)], vec![], vec![(1, Lag::Answer), (2, part)]];
        let takes = usual.iter().map(|usual| usual.median).collect();
        (Network { usual, needs }, takes)
    }

    #[test]
    fn a_step_begins_when_what_it_refers_to_is_known() {
        let (network, takes) = network();
        let course = network.course(&takes, &[], Duration::ZERO);
        assert_eq!(course.begins, [0.0, 100.0, 0.0, 300.0].map(seconds));
        assert_eq!(course.end(), seconds(400.0));
        assert_eq!(course.path(), [2]);
    }

    #[test]
    fn slack_is_what_a_step_may_be_late() {
        let (network, _) = network();
        let (remaining, slack) = network.ways();
        assert_eq!(remaining, [170.3, 70.3, 400.0, 70.0].map(seconds));
        assert_eq!(slack, [229.7, 299.0, 0.0, 30.0].map(seconds));
    }

    #[test]
    fn a_step_that_is_late_takes_what_waits_for_it_along() {
        let (network, takes) = network();
        let over = |at| Stage::Over(seconds(at));
        let stages = [over(90.0), over(91.0), Stage::Running(Duration::ZERO), Stage::Waiting];
        let early = network.course(&takes, &stages, seconds(200.0));
        assert_eq!(early.end(), seconds(400.0));
        let late = network.course(&takes, &stages, seconds(380.0));
        assert_eq!(late.ends[2..], [400.0, 450.0].map(seconds));
        assert_eq!(late.path(), [2, 3]);
    }
}
