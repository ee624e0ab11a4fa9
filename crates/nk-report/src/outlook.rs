//! When a run will probably end, and what decides that now.

use std::time::Duration;

use nk_model::{Address, Plan, StepId};
use nk_plan::{Network, Stage};

/// The steps of a plan, their progress, and the length of the chains that remain.
#[derive(Debug)]
pub(crate) struct Outlook {
    network: Network,
    steps: Vec<Address>,
    stages: Vec<Stage>,
    /// The width of the longest address.
    pub(crate) column: usize,
}

/// The forecast at some point of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prospect<'a> {
    /// From the beginning of the run to its probable end.
    pub(crate) end: Duration,
    /// The step in progress that decides it.
    pub(crate) decides: Option<&'a Address>,
    pub(crate) tempo: Tempo,
}

/// How that step is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tempo {
    /// It has not exceeded its usual time.
    Usual,
    /// It takes longer than in half of the cases: the end is estimated with the time that nine in
    /// ten stay below.
    Slow,
    /// It takes longer than in nine of ten cases: the end is not known.
    Slowest,
}

impl Outlook {
    pub(crate) fn of(plan: &Plan) -> Self {
        let steps: Vec<_> = plan.steps.iter().map(|step| step.address.clone()).collect();
        let column = steps.iter().map(|address| address.as_str().len()).max().unwrap_or(0);
        let stages = vec![Stage::Waiting; steps.len()];
        Self { network: Network::of(plan), steps, stages, column }
    }

    /// The number of steps.
    pub(crate) fn steps(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn begun(&mut self, id: StepId, since: Duration) {
        self.stages[id] = Stage::Running(since);
    }

    pub(crate) fn over(&mut self, id: StepId, at: Duration) {
        self.stages[id] = Stage::Over(at);
    }

    /// The forecast, seen from `now`.
    pub(crate) fn prospect(&self, now: Duration) -> Prospect<'_> {
        let takes: Vec<_> = (0..self.steps.len()).map(|id| self.takes(id, now).0).collect();
        let course = self.network.course(&takes, &self.stages, now);
        let running = |id: &StepId| matches!(self.stages[*id], Stage::Running(_));
        let decides = course.path().into_iter().find(running);
        Prospect {
            end: course.end().max(now),
            decides: decides.map(|id| &self.steps[id]),
            tempo: decides.map_or(Tempo::Usual, |id| self.takes(id, now).1),
        }
    }

    /// How long a step will take, as far as can be seen now.
    fn takes(&self, id: StepId, now: Duration) -> (Duration, Tempo) {
        let usual = self.network.usual()[id];
        match self.stages[id] {
            Stage::Running(since) if now > since + usual.slow => {
                (now.saturating_sub(since), Tempo::Slowest)
            }
            Stage::Running(since) if now > since + usual.median => (usual.slow, Tempo::Slow),
            _ => (usual.median, Tempo::Usual),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use nk_model::{Action, Forecast, Json, Need, Part, Spread, StackId, Step, Until};

    use super::*;

    pub(crate) fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// A gateway of 100 seconds, sometimes 120, and a service of 50 that needs it.
    pub(crate) fn plan() -> Plan {
        let need = Need { step: 0, until: Until::Ended };
        plan_of(vec![
            step("nat-gateway.nat-1", Action::Create, 100.0, Vec::new()),
            step("service.a", Action::Create, 50.0, vec![need]),
        ])
    }

    pub(crate) fn step(address: &str, action: Action, median: f64, needs: Vec<Need>) -> Step {
        Step {
            address: address.parse().unwrap(),
            action,
            part: Part::Whole,
            pair: None,
            reason: String::new(),
            changes: Vec::new(),
            spec: Json::Null,
            live: None,
            needs,
            usual: Spread { median: seconds(median), slow: seconds(median * 1.2) },
            late: std::collections::BTreeMap::new(),
            remaining: Duration::ZERO,
            slack: Duration::ZERO,
        }
    }

    pub(crate) fn plan_of(steps: Vec<Step>) -> Plan {
        Plan {
            stack: StackId { project: "shop".into(), environment: "dev".into() },
            steps,
            unchanged: Vec::new(),
            notes: Vec::new(),
            forecast: Forecast::default(),
        }
    }

    #[test]
    fn a_slow_step_moves_the_end_and_then_says_so() {
        let mut outlook = Outlook::of(&plan());
        let gateway = Address::new("nat-gateway", "nat-1");
        let end = |outlook: &Outlook, now| outlook.prospect(seconds(now)).end;
        assert_eq!(end(&outlook, 0.0), seconds(150.0));
        outlook.begun(0, seconds(2.0));
        assert_eq!(end(&outlook, 50.0), seconds(152.0));
        let prospect = outlook.prospect(seconds(110.0));
        assert_eq!((prospect.decides, prospect.tempo), (Some(&gateway), Tempo::Slow));
        assert_eq!(prospect.end, seconds(172.0));
        let prospect = outlook.prospect(seconds(200.0));
        assert_eq!((prospect.decides, prospect.tempo), (Some(&gateway), Tempo::Slowest));
        assert_eq!(prospect.end, seconds(250.0));
        outlook.over(0, seconds(201.0));
        assert_eq!(end(&outlook, 201.0), seconds(251.0));
    }

    #[test]
    fn a_quick_step_moves_it_back() {
        let mut outlook = Outlook::of(&plan());
        outlook.begun(0, Duration::ZERO);
        outlook.over(0, seconds(60.0));
        assert_eq!(outlook.prospect(seconds(60.0)).end, seconds(110.0));
    }
}
