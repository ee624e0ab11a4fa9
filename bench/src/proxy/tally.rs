//! Counts calls, and measures for how long at least one was in progress.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};

use crate::Call;

/// The time in which at least one call was in progress.
#[derive(Default)]
struct Gauge {
    under_way: usize,
    since: Option<Instant>,
    total: Duration,
}

impl Gauge {
    fn begin(&mut self) {
        self.under_way += 1;
        self.since.get_or_insert_with(Instant::now);
    }

    fn end(&mut self) {
        // Calls that began before the last reset end here as well.
        self.under_way = self.under_way.saturating_sub(1);
        if self.under_way == 0
            && let Some(since) = self.since.take()
        {
            self.total += since.elapsed();
        }
    }
}

/// The counts.
#[derive(Default)]
pub(crate) struct Tally {
    operations: BTreeMap<String, usize>,
    changing: usize,
    away: Gauge,
    emulator: Gauge,
}

impl Tally {
    /// A call has arrived.
    pub(crate) fn begin(&mut self, call: &Call) {
        *self.operations.entry(call.operation.clone()).or_default() += 1;
        self.changing += usize::from(call.changes());
        self.away.begin();
    }

    /// A call is answered.
    pub(crate) fn end(&mut self) {
        self.away.end();
    }

    /// A call was passed to the emulator.
    pub(crate) fn enter(&mut self) {
        self.emulator.begin();
    }

    /// The emulator has answered a call.
    pub(crate) fn leave(&mut self) {
        self.emulator.end();
    }

    /// The number of calls, the number of those that may have changed something, and the seconds in
    /// which at least one was in progress, in all and in the emulator.
    pub(crate) fn report(&self) -> Json {
        json!({
            "calls": self.operations.values().sum::<usize>(),
            "changing": self.changing,
            "away": self.away.total.as_secs_f64(),
            "emulator": self.emulator.total.as_secs_f64(),
            "operations": self.operations,
        })
    }
}
