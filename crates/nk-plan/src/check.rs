//! Checks what must hold of every plan.

use std::collections::HashSet;

use nk_model::{Action, Address, Operation, Placeholder, Plan, Registry, StepId, placeholders_in};

/// A way in which a plan is inconsistent. It is a bug in the planner, not a mistake of its user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A step needs itself or a later one.
    #[error("`{address}` needs a later step")]
    NeedsLater {
        /// The step.
        step: StepId,
        /// Its resource.
        address: Address,
    },
    /// A reference remains that no needed step resolves.
    #[error("`{address}` refers to {to}, which no earlier step provides")]
    Unfilled {
        /// The step.
        step: StepId,
        /// Its resource.
        address: Address,
        /// The reference.
        to: Placeholder,
    },
    /// A destroy has nothing to delete.
    #[error("`{address}` is to be destroyed but does not exist")]
    NothingToDestroy {
        /// The step.
        step: StepId,
        /// Its resource.
        address: Address,
    },
    /// Two steps create or change a resource, and neither needs the other.
    #[error("`{address}` is created or updated twice")]
    MadeTwice {
        /// The second step.
        step: StepId,
        /// Its resource.
        address: Address,
    },
    /// A step is paired with a step of another resource, or half of a replacement has no pair.
    #[error("a step of `{address}` lacks the one that belongs to it")]
    Unpaired {
        /// The step.
        step: StepId,
        /// Its resource.
        address: Address,
    },
    /// Steps wait for each other in a circle.
    #[error("`{address}` needs itself")]
    Circle {
        /// The resource of one of them.
        address: Address,
    },
}

/// Every way in which a plan is inconsistent; none if it is correct.
pub fn check(plan: &Plan, registry: Registry) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut made = HashSet::new();
    for (id, step) in plan.steps.iter().enumerate() {
        let address = || step.address.clone();
        if step.needs.iter().any(|need| need.step >= id) {
            faults.push(Fault::NeedsLater { step: id, address: address() });
        }
        let needed = step.needs.iter().filter_map(|need| plan.steps.get(need.step));
        let needed: HashSet<_> = needed.map(|step| &step.address).collect();
        for to in placeholders_in(&step.spec) {
            let outputs = registry(to.address.kind()).map_or(&[][..], |kind| kind.outputs);
            if !needed.contains(&to.address) || !outputs.contains(&to.output.as_str()) {
                faults.push(Fault::Unfilled { step: id, address: address(), to });
            }
        }
        let halved = matches!(step.action, Action::ReplaceCreate | Action::ReplaceDestroy);
        let paired = step.pair.map_or(!halved, |pair| {
            plan.steps.get(pair).is_some_and(|pair| pair.address == step.address)
        });
        if !paired {
            faults.push(Fault::Unpaired { step: id, address: address() });
        }
        match step.action.operation() {
            Operation::Destroy if step.live.is_none() => {
                faults.push(Fault::NothingToDestroy { step: id, address: address() });
            }
            Operation::Update if step.part.precedes_destroy() => {}
            // Two changes of one resource have an order.
            Operation::Create | Operation::Update
                if !made.insert(&step.address) && !needed.contains(&step.address) =>
            {
                faults.push(Fault::MadeTwice { step: id, address: address() });
            }
            _ => {}
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use nk_model::{Forecast, Json, LiveValue, Need, Part, Spread, StackId, Step, Until};
    use serde_json::json;

    use super::*;

    fn step(action: Action, text: &str, spec: Json, needs: &[StepId]) -> Step {
        let live = LiveValue::ready(text.parse().unwrap(), "an-id", json!({}), json!({}));
        Step {
            address: text.parse().unwrap(),
            action,
            part: Part::Whole,
            pair: None,
            reason: String::new(),
            changes: Vec::new(),
            spec,
            live: (action.operation() == Operation::Destroy).then_some(live),
            needs: needs.iter().map(|step| Need { step: *step, until: Until::Known }).collect(),
            usual: Spread::UNKNOWN,
            late: BTreeMap::new(),
            remaining: Duration::ZERO,
            slack: Duration::ZERO,
        }
    }

    fn faults(steps: Vec<Step>) -> Vec<Fault> {
        let stack = StackId { project: "shop".into(), environment: "dev".into() };
        let (unchanged, notes, forecast) = (Vec::new(), Vec::new(), Forecast::default());
        check(&Plan { stack, steps, unchanged, notes, forecast }, nk_kinds::kind)
    }

    #[test]
    fn each_fault_of_a_plan_is_found() {
        use Action::{Create, Destroy, ReplaceDestroy};
        let subnet: Address = "subnet.a".parse().unwrap();
        let address = || subnet.clone();
        let vpc = || step(Create, "vpc.main", Json::Null, &[]);
        let refers = |text: &str| json!({"vpc": text});
        let whole = step(Create, "subnet.a", refers("@{vpc.main.id}"), &[0]);
        assert_eq!(faults(vec![vpc(), whole.clone()]), []);

        let later = step(Create, "subnet.a", Json::Null, &[1]);
        assert_eq!(faults(vec![vpc(), later]), [Fault::NeedsLater { step: 1, address: address() }]);
        for (text, needs) in [("@{vpc.main.id}", &[][..]), ("@{vpc.main.colour}", &[0])] {
            let unfilled = step(Create, "subnet.a", refers(text), needs);
            let [Fault::Unfilled { step: 1, to, .. }] = &faults(vec![vpc(), unfilled])[..] else {
                panic!("{text}")
            };
            assert_eq!(to.address.as_str(), "vpc.main");
        }
        let twice = Fault::MadeTwice { step: 2, address: address() };
        assert_eq!(faults(vec![vpc(), whole.clone(), whole]), [twice]);
        let nothing = Step { live: None, ..step(Destroy, "subnet.a", Json::Null, &[]) };
        assert_eq!(
            faults(vec![nothing]),
            [Fault::NothingToDestroy { step: 0, address: address() }]
        );
        let half = step(ReplaceDestroy, "subnet.a", Json::Null, &[]);
        let other = Step { pair: Some(1), ..half.clone() };
        let unpaired = || [Fault::Unpaired { step: 0, address: address() }];
        assert_eq!(faults(vec![half]), unpaired());
        assert_eq!(faults(vec![other, vpc()]), unpaired());
    }
}
