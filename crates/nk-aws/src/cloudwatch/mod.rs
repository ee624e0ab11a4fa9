//! Dashboards and alarms.

mod alarm;
mod dashboard;
