//! The vocabulary of nk: plain data that all crates use, without IO and without async.
//!
//! A stack file becomes [`Desired`] resources, AWS is read as [`Observed`] ones, both together
//! become a [`Plan`], and running a plan produces a stream of [`Event`]s.

mod address;
mod charge;
mod cloud_error;
mod diff;
mod event;
mod grant;
mod hint;
mod kind;
mod kind_info;
mod live;
mod looks;
mod plan;
mod reference;
mod resource;
pub mod seconds;
mod unseen;
mod usual;

pub use address::{Address, AddressError, StackId};
pub use charge::{Billing, Charge, Charges, Usage, count, free};
pub use cloud_error::{CloudError, CloudResult, Denied, Nature};
pub use diff::{Change, Changes, difference};
pub use event::{Call, Event, Failure, Outcome, Summary};
pub use grant::{Grant, Only, Purpose};
pub use hint::{Hint, Settle};
pub use kind::{
    Calls, Equate, Identity, Keepsake, Kind, NameRule, Operation, Pin, Replace, Replacement, Retry,
    Shown, Ties, Waiting,
};
pub use kind_info::{Equated, Excludes, KindInfo, Registry};
pub use live::{Guard, Live, LiveValue, Owner, Phase};
pub use looks::Looks;
pub use plan::{Action, Forecast, Need, Note, Part, Plan, Step, StepId, Totals, Until};
pub use reference::{
    Binding, Output, Placeholder, Ref, ReferenceError, bindings, placeholders, placeholders_in,
    resolve, substitute,
};
pub use resource::{Desired, Observed, Resource};
pub use unseen::Unseen;
pub use usual::{Plus, Spread, Usual, field};

/// A spec, outputs, or one value in them, with its type erased.
pub type Json = serde_json::Value;
