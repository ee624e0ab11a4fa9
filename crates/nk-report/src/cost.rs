//! What a plan changes in the cost, as a sentence.

use crate::PlanCost;

/// The sentence for a stack in a region; empty if nothing is billed before or after. Its command
/// has these flags.
pub(crate) fn cost_text(cost: &PlanCost, region: &str, flags: &str) -> String {
    let PlanCost { fixed, used, change, region: priced, dated: _ } = cost;
    let is_nothing = |dollars: &f64| dollars.abs() < 0.005;
    if [fixed, used, change].into_iter().all(is_nothing) {
        return String::new();
    }
    let change = if is_nothing(change) {
        "not changed by this plan".to_owned()
    } else {
        format!("{}${:.2} with this plan", if *change < 0.0 { '-' } else { '+' }, change.abs())
    };
    let elsewhere =
        if priced == region { String::new() } else { format!(", at prices of {priced}") };
    let costs = if is_nothing(fixed) && is_nothing(used) {
        "nothing".to_owned()
    } else {
        format!("${fixed:.2} a month plus about ${used:.2} for usage")
    };
    format!("Cost: {costs}, {change}{elsewhere}; `nk cost{flags}` shows the details.\n")
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
            cost_text(&cost, "ap-northeast-1", ""),
            "Costs $30.00 a month and about $4.50 by use, -$1.00 by this plan; `nk cost` shows how.\n"
        );
        assert_eq!(
            cost_text(&cost, "eu-west-1", " --env x"),
            "Costs $30.00 a month and about $4.50 by use, -$1.00 by this plan, at prices of \
             ap-northeast-1; `nk cost --env x` shows how.\n"
        );
        let nothing = PlanCost { fixed: 0.0, used: 0.0, change: 0.0, ..cost.clone() };
        assert_eq!(cost_text(&nothing, "ap-northeast-1", ""), "");
        let gone = PlanCost { change: -34.5, ..nothing };
        assert_eq!(
            cost_text(&gone, "ap-northeast-1", ""),
            "Costs nothing, -$34.50 by this plan; `nk cost` shows how.\n"
        );
    }
}
