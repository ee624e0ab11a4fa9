//! Dashboards and alarms.

mod alarm;
mod dashboard;

pub use alarm::{Alarm, AlarmOutputs};
pub use dashboard::{Dashboard, DashboardOutputs};
