//! Unit prices.

use std::collections::BTreeMap;

use nk_model::{Address, Charge};
use serde::{Deserialize, Serialize};

use crate::Line;

/// The price of one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// US dollars.
    pub usd: f64,
    /// The unit.
    pub per: String,
    /// The date on which this was last confirmed.
    pub dated: String,
    /// Whether an AWS page of that day says so.
    #[serde(default = "sure")]
    pub sure: bool,
}

fn sure() -> bool {
    true
}

/// All unit prices of a region.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Prices {
    /// The region.
    pub region: String,
    /// The hours of a month, as AWS bills it.
    pub hours: f64,
    price: BTreeMap<String, Price>,
}

impl Prices {
    /// The prices that nk ships.
    ///
    /// # Panics
    ///
    /// If the file is not valid, which a test prevents.
    pub fn shipped() -> Self {
        toml::from_str(include_str!("prices.toml")).expect("the shipped prices are well-formed")
    }

    /// The date of the oldest price.
    pub fn oldest(&self) -> String {
        self.price.values().map(|price| price.dated.clone()).min().unwrap_or_default()
    }

    pub(crate) fn line(&self, address: &Address, charge: Charge) -> Line {
        let Charge { price: what, units, hourly, usage } = charge;
        let quantity = if hourly { units * self.hours } else { units };
        let price = self.price.get(&*what);
        Line {
            address: address.clone(),
            what: what.into_owned(),
            quantity,
            price: price.cloned(),
            monthly: price.map(|price| price.usd * quantity),
            usage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_prices_are_well_formed() {
        let prices = Prices::shipped();
        assert!(prices.price.values().all(|price| price.usd > 0.0 && price.dated.len() == 10));
    }
}
