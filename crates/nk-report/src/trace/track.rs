//! One track: what is open on it, so that its slices are nested.

/// The track of the first step.
pub(super) const FIRST: usize = 2;

/// The state of one track, in microseconds.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub(super) began: Option<u64>,
    /// When the outputs were known.
    pub(super) known: Option<u64>,
    pub(super) ended: Option<u64>,
    /// When the open wait began.
    waiting: Option<u64>,
    /// The calls on this track and on those beside it.
    lanes: Vec<Vec<(u64, u64)>>,
    /// The end of the last slice.
    last: u64,
}

impl Track {
    pub(super) fn begin(&mut self, at: u64) {
        self.began = Some(at);
        self.last = at;
    }

    /// Opens a wait; returns when, which is after the slices before it.
    pub(super) fn wait(&mut self, at: u64) -> u64 {
        let at = at.max(self.last);
        self.waiting = Some(at);
        at
    }

    /// Closes the wait that is open at this time, if any; returns when, which is after the slices
    /// in it.
    pub(super) fn stop_waiting(&mut self, at: u64) -> Option<u64> {
        let began = self.waiting.filter(|began| *began <= at)?;
        self.waiting = None;
        let at = at.max(self.last).max(began);
        self.last = at;
        Some(at)
    }

    /// Closes the track's own slice; returns when.
    pub(super) fn end(&mut self, at: u64) -> u64 {
        let at = at.max(self.last);
        self.ended = Some(at);
        at
    }

    /// The track for a call at this time: the first that is free. Also returns whether that track
    /// is new.
    pub(super) fn lane(&mut self, began: u64, ended: u64) -> (usize, bool) {
        let free = |lane: &Vec<(u64, u64)>| {
            lane.iter().all(|(other, until)| ended <= *other || began >= *until)
        };
        let at = self.lanes.iter().position(free).unwrap_or(self.lanes.len());
        let fresh = at == self.lanes.len();
        if fresh {
            self.lanes.push(Vec::new());
        }
        self.lanes[at].push((began, ended));
        if at == 0 {
            self.last = self.last.max(ended);
        }
        (at, fresh && at > 0)
    }

    /// A point within the track's own slice, near this one.
    pub(super) fn within(&self, at: u64) -> u64 {
        let end = self.ended.map_or(at, |ended| ended.saturating_sub(1));
        at.min(end).max(self.began.unwrap_or(0))
    }
}
