//! What the times of a plan depend on, apart from the plan.

use std::time::Duration;

use nk_model::{Looks, Spread, Usual};

/// Where a plan will be run.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The time there for a time that ships with nk.
    pub refine: &'a (dyn Fn(&Usual) -> Spread + Sync),
    /// Whether it is an emulator, which does not wait when a spec tells AWS to wait.
    pub emulated: bool,
    /// The least time between two looks, as in [`Looks::AWS`].
    pub every: Duration,
    /// The maximum number of calls in progress.
    pub places: usize,
}

impl Default for Setting<'_> {
    /// AWS, with the times that ship with nk.
    fn default() -> Self {
        Self { refine: &|usual| usual.spread, emulated: false, every: Looks::AWS, places: PLACES }
    }
}

/// The default for the maximum number of calls in progress.
pub const PLACES: usize = 16;
