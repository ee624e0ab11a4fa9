//! Plans and events, for eyes and for machines.
//!
//! What makes text takes data and [`Styles`] and returns a `String`; only [`Console`] writes, and a
//! reader that has gone away is no reason for it to fail.

mod complaint;
mod console;
mod cost;
mod field;
mod graph;
mod json;
mod live;
mod log;
mod note;
mod outlook;
mod plan;
mod show;
mod styles;
mod summary;
mod text;
mod trace;
mod value;

pub use complaint::{Complaint, complaint_text, failure_text};
pub use console::Console;
pub use graph::{Graph, Service};
pub use json::{Circumstances, PlanCost, complaint_json, event_json, plan_json};
pub use plan::{PlanText, plan_text};
pub use show::show_text;
pub use styles::Styles;
pub use summary::summary_text;
pub use trace::{Recorded, RecordedStep, Trace, TraceError, read_trace};
