//! How AWS makes, changes and removes each kind: the only crate that names an AWS SDK.
//!
//! One file per kind, in the same tree as `nk-kinds`.

mod aws;
mod certificate;
mod cloudwatch;
mod cognito;
mod ec2;
mod ecr;
mod ecs;
mod elb;
mod holder;
mod http;
mod iam;
mod lock;
mod logs;
mod meter;
mod provider;
mod rate;
mod rds;
mod retry;
mod sdk_error;
mod secrets;
mod secretsmanager;
mod sns;
mod survey;
mod tag_index;
mod tags;
mod window;

pub use aws::Aws;
pub use meter::Meter;
use nk_engine::Entry;
pub use nk_engine::{Caller, Connection};

macro_rules! entries {
    ($($kind:ty),* $(,)?) => {
        /// The reconcilers of all kinds.
        pub(crate) const ENTRIES: &[Entry<Aws>] = &[$(Entry::of::<$kind>()),*];
    };
}
nk_kinds::each_kind!(entries);
