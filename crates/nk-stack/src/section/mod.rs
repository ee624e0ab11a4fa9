//! The sections of a stack file: what each says, its defaults, and what it may not say.

mod alarms;
mod auth;
mod cost;
mod database;
mod load_balancer;
mod network;
mod service;
mod services;

pub use alarms::Alarms;
pub use auth::{Auth, Password, Provider, SignIn};
pub use cost::Cost;
pub use database::Database;
pub use load_balancer::{Https, LoadBalancerSection};
pub use network::{Nat, Network, Zone};
pub use service::{Route, ServiceSection};

pub(crate) use services::read as read_services;

use nk_kinds::logs::LogGroup;

use crate::{
    decode::Fields,
    problem::Problem,
    value::{Days, Retention},
};

/// Reads `[logs]`: for how many days entries are kept; zero for ever.
pub(crate) fn read_logs(mut fields: Fields<'_, '_>) -> i32 {
    let keep = fields.or("keep", Retention(30));
    if keep.value.0 != 0 && !LogGroup::RETENTIONS.contains(&keep.value.0) {
        let message = format!("CloudWatch Logs keeps nothing for {}", Days(keep.value.0));
        let known: Vec<_> = LogGroup::RETENTIONS.iter().map(|days| format!("{days}d")).collect();
        let help = format!("it keeps entries for {}, or `forever`", known.join(", "));
        fields.report(Problem::new(&keep.span, message, "no such retention").help(help));
    }
    fields.finish();
    keep.value.0
}
