//! One line of an estimate, and all of them.

use nk_model::Address;

use crate::Price;

/// What one item of one resource costs a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The resource.
    pub address: Address,
    /// The unit price.
    pub what: String,
    /// The number of units a month.
    pub quantity: f64,
    /// The unit price; none if nk has none, such as for an uncommon database class.
    pub price: Option<Price>,
    /// US dollars a month; none without a unit price.
    pub monthly: Option<f64>,
    /// The key in `[cost]` that the quantity comes from, if it depends on usage.
    pub usage: Option<&'static str>,
}

impl Line {
    /// The formula, such as `730 x $0.062 per hour`.
    pub fn formula(&self) -> String {
        match &self.price {
            Some(price) => format!("{} x ${} per {}", number(self.quantity), price.usd, price.per),
            None => "price not known".to_owned(),
        }
    }
}

fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// All lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The lines by address.
    pub lines: Vec<Line>,
    /// The region of the unit prices.
    pub region: String,
    /// The date of the oldest unit price.
    pub dated: String,
}

impl Estimate {
    /// US dollars a month, without what depends on usage.
    pub fn fixed(&self) -> f64 {
        self.sum(|line| line.usage.is_none())
    }

    /// US dollars a month for what depends on usage.
    pub fn used(&self) -> f64 {
        self.sum(|line| line.usage.is_some())
    }

    fn sum(&self, which: impl Fn(&Line) -> bool) -> f64 {
        let lines = self.lines.iter().filter(|line| which(line));
        // Added to zero, because the sum of nothing would be negative zero.
        lines.filter_map(|line| line.monthly).fold(0.0, |sum, usd| sum + usd)
    }

    /// Whether there is a unit price that no AWS page of its day confirms.
    pub fn is_unsure(&self) -> bool {
        self.lines.iter().filter_map(|line| line.price.as_ref()).any(|price| !price.sure)
    }

    /// The resources with a line that has no price.
    pub fn unpriced(&self) -> Vec<&Address> {
        self.lines.iter().filter(|line| line.price.is_none()).map(|line| &line.address).collect()
    }
}
