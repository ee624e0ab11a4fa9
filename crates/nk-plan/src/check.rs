//! What must hold of every plan, checked on every plan.

use std::collections::HashSet;

use nk_model::{Operation, Plan, Registry, placeholders_in};

use crate::{PlanError, Problem};

/// Checks a plan.
///
/// # Errors
///
/// When a step needs a later one, when a reference is left that no needed step fills, when one
/// address is made twice, or when a destroy has nothing to destroy.
pub fn check(plan: &Plan, registry: Registry) -> Result<(), PlanError> {
    let mut problems = Vec::new();
    let mut made = HashSet::new();
    for (id, step) in plan.steps.iter().enumerate() {
        let address = &step.address;
        if step.needs.iter().any(|need| need.step >= id) {
            problems.push(format!("`{address}` needs a later step"));
        }
        let needed: HashSet<_> = step
            .needs
            .iter()
            .filter_map(|need| plan.steps.get(need.step))
            .map(|step| &step.address)
            .collect();
        for placeholder in placeholders_in(&step.spec) {
            let outputs = registry(placeholder.address.kind()).map_or(&[][..], |kind| kind.outputs);
            if !needed.contains(&placeholder.address)
                || !outputs.contains(&placeholder.output.as_str())
            {
                problems.push(format!(
                    "`{address}` refers to {placeholder}, which no step before it makes"
                ));
            }
        }
        match step.action.operation() {
            Operation::Destroy if step.live.is_none() => {
                problems.push(format!("`{address}` is to go and is not there"));
            }
            Operation::Update if step.part.precedes_destroy() => {}
            // What is changed twice is changed in an order.
            Operation::Create | Operation::Update
                if !made.insert(address) && !needed.contains(address) =>
            {
                problems.push(format!("`{address}` is made twice"));
            }
            _ => {}
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(PlanError { problems: problems.into_iter().map(Problem::Fault).collect() })
}
