//! Whoever is told about calls.

use nk_engine::CallListener;
use nk_model::Call;
use tokio::time::Instant;

/// Where calls are told, each with the moment at which it began.
#[derive(Default)]
pub(crate) enum Listener {
    #[default]
    Nobody,
    /// They are kept for whoever listens later.
    Later(Vec<(Instant, Call)>),
    /// The listener counts from this moment.
    Now(Instant, CallListener),
}

impl Listener {
    pub(crate) fn tell(&mut self, began: Instant, call: Call) {
        match self {
            Self::Nobody => {}
            Self::Later(calls) => calls.push((began, call)),
            Self::Now(zero, listener) => listener(Call { at: began - *zero, ..call }),
        }
    }

    pub(crate) fn turn_to(&mut self, zero: Instant, listener: CallListener) {
        let before = std::mem::replace(self, Self::Now(zero, listener));
        if let Self::Later(calls) = before {
            for (began, call) in calls {
                self.tell(began, call);
            }
        }
    }
}
