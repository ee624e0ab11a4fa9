//! Where a plan will be run, as far as its times depend on that.

use std::time::Duration;

use nk_model::{Looks, Spread, Usual};

/// Where a plan will be run.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// What becomes there of a time that ships with nk.
    pub refine: &'a (dyn Fn(&Usual) -> Spread + Sync),
    /// Whether it is an emulator, which does not wait as long as a spec tells AWS to.
    pub emulated: bool,
    /// The least time between two looks, as in [`Looks::AWS`].
    pub every: Duration,
    /// How many calls may be under way at once.
    pub places: usize,
}

impl Default for Setting<'_> {
    /// AWS, as it is known from elsewhere.
    fn default() -> Self {
        Self { refine: &|usual| usual.spread, emulated: false, every: Looks::AWS, places: PLACES }
    }
}

/// How many calls may be under way at once unless somebody says otherwise.
pub const PLACES: usize = 16;
