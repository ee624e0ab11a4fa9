//! `nk cost`: what the environment costs a month.

use nk_cost::{Usage, change, estimate};
use nk_model::{Desired, Plan};
use nk_report::PlanCost;
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
                    "quantity": line.quantity, "price": line.price, "monthly": line.monthly,
                    "usage": line.usage,
                })
            })
            .collect();
        output.data(&format!(
            "{:#}",
            json!({
                "stack": desired.stack, "lines": lines, "fixed": estimate.fixed(),
                "used": estimate.used(), "region": estimate.region, "dated": estimate.dated,
            })
        ));
        return Ok(Exit::Done);
    }
    let width = estimate.lines.iter().map(|line| line.address.as_str().len()).max().unwrap_or(0);
    let what = estimate.lines.iter().map(|line| line.what.len()).max().unwrap_or(0);
    for line in &estimate.lines {
        let monthly = line.monthly.map_or_else(|| "?".to_owned(), |usd| format!("{usd:.2}"));
        let unsure = line.price.as_ref().is_some_and(|price| !price.sure);
        let unsure = if unsure { " (?)" } else { "" };
        let by_use = line.usage.map(|key| format!("  (by use: `cost.{key}`)")).unwrap_or_default();
        output.data(&format!(
            "{:width$}  {:what$}  {monthly:>8}  {}{unsure}{by_use}",
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
        estimate.region,
        estimate.dated
    ));
    if estimate.region != opened.stack.region {
        output.data(&format!("In {} prices may be others.", opened.stack.region));
    }
    if estimate.is_unsure() {
        output.data("(?) No page of AWS from that day was found to confirm the price.");
    }
    for address in estimate.unpriced() {
        output.data(&format!("No price is known for a part of `{address}`; it is left out."));
    }
    Ok(Exit::Done)
}

fn specs(desired: &Desired) -> impl Iterator<Item = (&nk_model::Address, &nk_model::Json)> {
    desired.resources.iter().map(|(address, resource)| (address, &resource.spec))
}

/// What the environment will cost, and what a plan that ends with `desired` does to that.
pub(crate) fn of_plan(stack: &Stack, plan: &Plan, desired: &Desired) -> PlanCost {
    let (before, after) = change(plan, desired, &usage(stack));
    let change = after.fixed() + after.used() - before.fixed() - before.used();
    let (fixed, used) = (after.fixed(), after.used());
    PlanCost { fixed, used, change, region: after.region, dated: after.dated }
}

/// The same as a sentence about a stack in a region; none where nothing is billed, before or after.
pub(crate) fn line(cost: &PlanCost, region: &str) -> Option<String> {
    let PlanCost { fixed, used, change, region: priced, dated: _ } = cost;
    let is_nothing = |dollars: &f64| dollars.abs() < 0.005;
    if [fixed, used, change].into_iter().all(is_nothing) {
        return None;
    }
    let change = if is_nothing(change) {
        "unchanged by this plan".to_owned()
    } else {
        format!("{}${:.2} by this plan", if *change < 0.0 { '-' } else { '+' }, change.abs())
    };
    let elsewhere =
        if priced == region { String::new() } else { format!(", at prices of {priced}") };
    let costs = if is_nothing(fixed) && is_nothing(used) {
        "nothing".to_owned()
    } else {
        format!("${fixed:.2} a month and about ${used:.2} by use")
    };
    Some(format!("Costs {costs}, {change}{elsewhere}; `nk cost` shows how."))
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_s_cost_names_the_region_of_the_prices_where_it_is_another() {
        let cost = PlanCost {
            fixed: 30.0,
            used: 4.5,
            change: -1.0,
            region: "ap-northeast-1".into(),
            dated: String::new(),
        };
        assert_eq!(
            [line(&cost, "ap-northeast-1"), line(&cost, "eu-west-1")].map(Option::unwrap),
            [
                "Costs $30.00 a month and about $4.50 by use, -$1.00 by this plan; `nk cost` shows how.",
                "Costs $30.00 a month and about $4.50 by use, -$1.00 by this plan, at prices of \
                 ap-northeast-1; `nk cost` shows how.",
            ]
        );
        let nothing = PlanCost { fixed: 0.0, used: 0.0, change: 0.0, ..cost.clone() };
        assert_eq!(line(&nothing, "ap-northeast-1"), None);
        let gone = PlanCost { change: -34.5, ..nothing };
        assert_eq!(
            line(&gone, "ap-northeast-1").unwrap(),
            "Costs nothing, -$34.50 by this plan; `nk cost` shows how."
        );
    }
}
