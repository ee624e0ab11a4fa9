//! Shows plans and events to people and programs.
//!
//! Functions that make text take data and [`Styles`] and return a `String`. Only [`Console`]
//! writes, and it does not fail if its reader has gone.

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
