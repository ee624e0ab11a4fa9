//! When a run will probably have ended.

use nk_model::{Action, Address, Plan};

/// The steps of a plan, how far they have come, and how long their ways still are.
#[derive(Debug, Default)]
pub(crate) struct Outlook {
    steps: Vec<Prospect>,
    /// How many columns the longest address takes.
    pub(crate) column: usize,
}

#[derive(Debug)]
struct Prospect {
    address: Address,
    action: Action,
    /// Seconds that usually pass from its start to the end of all that waits for it.
    remaining: f64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Waiting,
    Running { since: f64, usual: f64 },
    Over,
}

impl Outlook {
    pub(crate) fn of(plan: &Plan) -> Self {
        let steps: Vec<_> = plan
            .steps
            .iter()
            .map(|step| Prospect {
                address: step.address.clone(),
                action: step.action,
                remaining: step.remaining,
                state: State::Waiting,
            })
            .collect();
        let column = steps.iter().map(|step| step.address.as_str().len()).max().unwrap_or(0);
        Self { steps, column }
    }

    /// How many steps there are; none where the plan is not known.
    pub(crate) fn steps(&self) -> Option<usize> {
        (!self.steps.is_empty()).then_some(self.steps.len())
    }

    pub(crate) fn begun(&mut self, address: &Address, action: Action, since: f64, usual: f64) {
        self.set(address, action, |state| state == State::Waiting, State::Running { since, usual });
    }

    pub(crate) fn over(&mut self, address: &Address, action: Action) {
        self.set(address, action, |state| state != State::Over, State::Over);
    }

    fn set(&mut self, address: &Address, action: Action, old: fn(State) -> bool, new: State) {
        let found = self
            .steps
            .iter_mut()
            .find(|step| step.address == *address && step.action == action && old(step.state));
        if let Some(step) = found {
            step.state = new;
        }
    }

    /// Seconds from the beginning to the probable end, seen from `now`.
    ///
    /// A step that takes longer than usual moves it: at best that step ends now, and then its way
    /// begins. What has not begun takes at least its own way from now.
    pub(crate) fn end(&self, now: f64) -> f64 {
        let ends = self.steps.iter().map(|step| match step.state {
            State::Waiting => now + step.remaining,
            State::Running { since, usual } => {
                let late = now + (step.remaining - usual).max(0.0);
                (since + step.remaining).max(late)
            }
            State::Over => now,
        });
        ends.fold(now, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_step_moves_the_end_and_a_quick_one_does_not() {
        let address = Address::new("nat-gateway", "nat-1");
        let step = |remaining| Prospect {
            address: address.clone(),
            action: Action::Create,
            remaining,
            state: State::Waiting,
        };
        let mut outlook = Outlook { steps: vec![step(300.0)], column: 0 };
        assert!((outlook.end(0.0) - 300.0).abs() < 1e-9);
        outlook.begun(&address, Action::Create, 2.0, 107.0);
        assert!((outlook.end(50.0) - 302.0).abs() < 1e-9);
        assert!((outlook.end(150.0) - 343.0).abs() < 1e-9);
        outlook.over(&address, Action::Create);
        assert!((outlook.end(150.0) - 150.0).abs() < 1e-9);
    }
}
