//! `nk cost`: what the environment costs a month.

use nk_cost::{Usage, change, estimate};
use nk_model::{Desired, Plan};
use nk_stack::{Stack, Survey};
use serde_json::json;

use crate::{arguments::Global, errors::Error, exit::Exit, output::Output, session};

/// Prints every line of the estimate with its formula, and the totals.
pub(crate) fn cost(global: &Global) -> Result<Exit, Error> {
    let opened = session::open(global)?;
    let desired = opened.stack.expand(&Survey::default());
    let usage = usage(&opened.stack);
    let estimate = estimate(specs(&desired), &usage);
    let output = Output::new(global);
    if global.json {
        let lines: Vec<_> = estimate
            .lines
            .iter()
            .map(|line| {
                json!({
                    "address": line.address, "what": line.what, "formula": line.formula(),
                    "monthly": line.monthly, "usage": line.usage,
                })
            })
            .collect();
        output.data(&format!(
            "{:#}",
            json!({"lines": lines, "fixed": estimate.fixed(), "used": estimate.used()})
        ));
        return Ok(Exit::Done);
    }
    let width = estimate.lines.iter().map(|line| line.address.as_str().len()).max().unwrap_or(0);
    let what = estimate.lines.iter().map(|line| line.what.len()).max().unwrap_or(0);
    for line in &estimate.lines {
        let monthly = line.monthly.map_or_else(|| "?".to_owned(), |usd| format!("{usd:.2}"));
        let mark = line.usage.map(|key| format!("  (by use: `cost.{key}`)")).unwrap_or_default();
        output.data(&format!(
            "{:width$}  {:what$}  {monthly:>8}  {}{mark}",
            line.address,
            line.what,
            line.formula()
        ));
    }
    if !estimate.lines.is_empty() {
        output.data("");
    }
    output.data(&format!(
        "{}: ${:.2} a month, and about ${:.2} by use; on-demand prices of {}, the oldest of {}.",
        desired.stack,
        estimate.fixed(),
        estimate.used(),
        opened.stack.region,
        estimate.dated
    ));
    for address in estimate.unpriced() {
        output.data(&format!("No price is known for a part of `{address}`; it is left out."));
    }
    Ok(Exit::Done)
}

fn specs(desired: &Desired) -> impl Iterator<Item = (&nk_model::Address, &nk_model::Json)> {
    desired.resources.iter().map(|(address, resource)| (address, &resource.spec))
}

/// The line that a plan ends with: what the environment will cost, and what the plan does to that.
pub(crate) fn line(stack: &Stack, plan: &Plan, desired: &Desired) -> String {
    let (before, after) = change(plan, desired, &usage(stack));
    let (was, will) = (before.fixed() + before.used(), after.fixed() + after.used());
    let change = will - was;
    let change = if change.abs() < 0.005 {
        "unchanged by this plan".to_owned()
    } else {
        format!("{}${:.2} by this plan", if change < 0.0 { '-' } else { '+' }, change.abs())
    };
    format!(
        "Costs ${:.2} a month and about ${:.2} by use, {change}; `nk cost` shows how.",
        after.fixed(),
        after.used()
    )
}

/// How much the stack file says the environment is used.
pub(crate) fn usage(stack: &Stack) -> Usage {
    let cost = &stack.cost;
    let usual = Usage::default();
    Usage {
        nat_gb: cost.nat_gb.unwrap_or(usual.nat_gb),
        log_gb: cost.log_gb.unwrap_or(usual.log_gb),
        image_gb: cost.image_gb.unwrap_or(usual.image_gb),
        lcu: cost.lcu.unwrap_or(usual.lcu),
        users: cost.users.unwrap_or(usual.users),
        out_gb: cost.out_gb.unwrap_or(usual.out_gb),
    }
}
