//! `nk cost`: the monthly cost of the environment.

use nk_cost::estimate;
use nk_model::{Address, Desired, Json};
use nk_stack::Survey;
use serde_json::json;

use crate::{
    arguments::Global, errors::Error, exit::Exit, output::Output, pricing::usage, session,
};

/// Prints every line of the estimate with its formula, and the totals.
pub(crate) fn cost(global: &Global) -> Result<Exit, Error> {
    let stack = session::open(global)?;
    let desired = stack.expand(&Survey::default());
    let usage = usage(&stack);
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
        let by_use = line.usage.map(|key| format!("  (usage: `cost.{key}`)")).unwrap_or_default();
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
        "{}: ${:.2} a month plus about ${:.2} for usage, at on-demand prices in {}; the oldest \
         price is from {}.",
        desired.stack,
        estimate.fixed(),
        estimate.used(),
        estimate.region,
        estimate.dated
    ));
    if estimate.region != stack.region {
        output.data(&format!("Prices in {} may differ.", stack.region));
    }
    if estimate.is_unsure() {
        output.data("(?) The price could not be confirmed with a page of AWS from that day.");
    }
    for address in estimate.unpriced() {
        output.data(&format!(
            "The estimate does not include a part of `{address}`, whose price is \
                              not known."
        ));
    }
    Ok(Exit::Done)
}

fn specs(desired: &Desired) -> impl Iterator<Item = (&Address, &Json)> {
    desired.resources.iter().map(|(address, resource)| (address, &resource.spec))
}
