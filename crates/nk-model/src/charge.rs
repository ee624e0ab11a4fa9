//! What AWS bills of a resource, in units that nobody has put a price on yet.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{Address, Json, Kind};

/// How much a stack is used in a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// GB through each NAT gateway.
    pub nat_gb: f64,
    /// GB written to each log group.
    pub log_gb: f64,
    /// GB of images in each repository.
    pub image_gb: f64,
    /// Load balancer capacity units, on average.
    pub lcu: f64,
    /// Users that sign in.
    pub users: f64,
    /// GB sent to the internet.
    pub out_gb: f64,
    /// E-mails that the alarms send to each address.
    pub alarm_emails: f64,
}

/// What a young application comes to: some GB of everything, and one load balancer capacity unit.
impl Default for Usage {
    fn default() -> Self {
        Self {
            nat_gb: 10.0,
            log_gb: 2.0,
            image_gb: 2.0,
            lcu: 1.0,
            users: 1000.0,
            out_gb: 10.0,
            alarm_emails: 20.0,
        }
    }
}

/// What a charge may depend on beside the spec of its resource.
#[derive(Debug, Clone, Copy)]
pub struct Billing<'a> {
    /// How much the stack is used.
    pub usage: &'a Usage,
    /// The specs of all resources.
    pub specs: &'a BTreeMap<&'a Address, &'a Json>,
}

impl Billing<'_> {
    /// The spec of another resource.
    pub fn spec<K: Kind>(&self, name: &str) -> Option<K> {
        K::deserialize(*self.specs.get(&Address::new(K::KIND, name))?).ok()
    }

    /// How many resources of a kind there are.
    pub fn count<K: Kind>(&self) -> f64 {
        count(self.specs.keys().filter(|address| address.kind() == K::KIND).count())
    }
}

/// A number of things, to calculate with.
pub fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// What AWS bills of one resource at one price every month.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Charge {
    /// The name of the price.
    pub price: Cow<'static, str>,
    /// How many units.
    pub units: f64,
    /// Whether they are billed each hour.
    pub hourly: bool,
    /// The key under `[cost]` that the units come from, where they depend on use.
    pub usage: Option<&'static str>,
}

impl Charge {
    /// So many units a month.
    pub fn monthly(price: impl Into<Cow<'static, str>>, units: f64) -> Self {
        Self { price: price.into(), units, hourly: false, usage: None }
    }

    /// So many units all the time.
    pub fn hourly(price: impl Into<Cow<'static, str>>, units: f64) -> Self {
        Self { hourly: true, ..Self::monthly(price, units) }
    }

    /// Units that come from this key under `[cost]`.
    pub fn by(self, key: &'static str) -> Self {
        Self { usage: Some(key), ..self }
    }
}

/// What a resource is billed, by its name and spec.
pub type Charges<K> = fn(&str, &K, &Billing<'_>) -> Vec<Charge>;

/// The charges of a kind that AWS does not bill.
pub fn free<K>(_: &str, _: &K, _: &Billing<'_>) -> Vec<Charge> {
    Vec::new()
}
