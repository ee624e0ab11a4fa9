//! The monthly cost of the resources of a stack, line by line, with the formula.
//!
//! Unit prices are in one file with their dates. What depends on usage is estimated with figures
//! that the stack file can set.

mod line;
mod price;

use std::collections::BTreeMap;

pub use line::{Estimate, Line};
use nk_kinds::elb::LoadBalancer;
pub use nk_model::Usage;
use nk_model::{Address, Billing, Charge, Desired, Json, Kind, Plan};
pub use price::{Price, Prices};

/// GB to the internet that AWS does not bill, in the whole account.
const FREE_OUT: f64 = 100.0;

/// The monthly cost of these resources.
pub fn estimate<'a>(
    resources: impl IntoIterator<Item = (&'a Address, &'a Json)>,
    usage: &Usage,
) -> Estimate {
    let specs: BTreeMap<_, _> = resources.into_iter().collect();
    let prices = Prices::shipped();
    let billing = Billing { usage, specs: &specs };
    let mut lines = Vec::new();
    for (address, spec) in &specs {
        let Some(kind) = nk_kinds::kind(address.kind()) else { continue };
        let charges = (kind.charges)(address.name(), spec, &billing);
        lines.extend(charges.into_iter().map(|charge| prices.line(address, charge)));
    }
    if specs.keys().any(|address| address.kind() == LoadBalancer::KIND) && usage.out_gb > FREE_OUT {
        let address = Address::new("account", "data-out");
        let charge = Charge::monthly("data-out", usage.out_gb - FREE_OUT).by("out-gb");
        lines.push(prices.line(&address, charge));
    }
    let (region, dated) = (prices.region.clone(), prices.oldest());
    Estimate { lines, region, dated }
}

/// The monthly cost before and after a plan, with the same usage.
pub fn change(plan: &Plan, desired: &Desired, usage: &Usage) -> (Estimate, Estimate) {
    let live = plan.unchanged.iter().chain(plan.steps.iter().filter_map(|step| step.live.as_ref()));
    let before: BTreeMap<_, _> = live.map(|live| (&live.address, &live.spec)).collect();
    let after = desired.resources.iter().map(|(address, resource)| (address, &resource.spec));
    (estimate(before, usage), estimate(after, usage))
}
