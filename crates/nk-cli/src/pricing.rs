//! What a stack costs, by what its file says it is used.

use nk_cost::{Usage, change};
use nk_model::{Desired, Plan};
use nk_report::PlanCost;
use nk_stack::Stack;

/// What the environment will cost, and what a plan that ends with `desired` does to that.
pub(crate) fn of_plan(stack: &Stack, plan: &Plan, desired: &Desired) -> PlanCost {
    let (before, after) = change(plan, desired, &usage(stack));
    let change = after.fixed() + after.used() - before.fixed() - before.used();
    let (fixed, used) = (after.fixed(), after.used());
    PlanCost { fixed, used, change, region: after.region, dated: after.dated }
}

/// How much the stack file says the environment is used.
pub(crate) fn usage(stack: &Stack) -> Usage {
    let cost = stack.cost();
    let usual = Usage::default();
    Usage {
        nat_gb: cost.nat_gb.unwrap_or(usual.nat_gb),
        log_gb: cost.log_gb.unwrap_or(usual.log_gb),
        image_gb: cost.image_gb.unwrap_or(usual.image_gb),
        lcu: cost.lcu.unwrap_or(usual.lcu),
        users: cost.users.unwrap_or(usual.users),
        out_gb: cost.out_gb.unwrap_or(usual.out_gb),
        alarm_emails: cost.alarm_emails.unwrap_or(usual.alarm_emails),
    }
}
