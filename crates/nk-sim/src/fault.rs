//! What can go wrong with a call.

use nk_engine::{CloudError, CloudResult, Nature};
use serde::{Deserialize, Serialize};

/// What goes wrong; calls are counted over those that change something, from 1.
///
/// What gets lost is sent again at once, as AWS's SDK does, unless it is the create of something
/// that nothing guards against being made twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// This and every later call is refused, as if nk had died before it.
    DeadBefore(usize),
    /// This call has its effect; its answer and every later call is lost, as if nk had died after.
    DeadAfter(usize),
    /// This call has its effect, and its answer is lost.
    LostAnswer(usize),
    /// This call never arrives, and nobody says so.
    LostCall(usize),
    /// This call never arrives, however often it is sent again.
    Unheard(usize),
    /// This call is refused for good.
    Refused(usize),
    /// Calls of this operation are refused with this code, so many times.
    Says {
        /// As in `sim:Create nat-gateway.nat-1`.
        operation: String,
        /// The code.
        code: String,
        /// What it means.
        nature: Nature,
        /// How many times from now on.
        times: usize,
    },
}

/// The code of what goes wrong for no reason of AWS's.
const CODE: &str = "SimulatedFault";

/// What becomes of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    Well,
    /// Nothing happens, and the answer has this code.
    Refused(String, Nature),
    /// Nothing happens and the answer is unknown; if it is sent again, that is answered.
    Lost,
    /// Nothing happens and the answer is unknown, however often it is sent.
    Unheard,
    /// It happens and the answer is unknown; if it is sent again, that is answered.
    Unanswered,
    /// It happens and the answer is a refusal.
    Died,
}

impl Fate {
    pub(crate) fn of(
        fault: &mut Option<Fault>,
        change: bool,
        number: usize,
        operation: &str,
    ) -> Self {
        let refused = || Self::Refused(CODE.to_owned(), Nature::Refused);
        match fault {
            Some(Fault::DeadBefore(at)) if number >= *at => refused(),
            Some(Fault::DeadAfter(at)) if number > *at => refused(),
            Some(Fault::DeadAfter(at)) if change && number == *at => Self::Died,
            Some(Fault::LostAnswer(at)) if change && number == *at => Self::Unanswered,
            Some(Fault::LostCall(at)) if change && number == *at => Self::Lost,
            Some(Fault::Unheard(at)) if change && number == *at => Self::Unheard,
            Some(Fault::Refused(at)) if change && number == *at => refused(),
            Some(Fault::Says { operation: one, code, nature, times })
                if one == operation && *times > 0 =>
            {
                *times -= 1;
                Self::Refused(code.clone(), *nature)
            }
            _ => Self::Well,
        }
    }

    pub(crate) fn apply<T>(
        self,
        operation: &str,
        again: bool,
        mut effect: impl FnMut() -> CloudResult<T>,
    ) -> CloudResult<T> {
        // Where nobody answers there is no code.
        let error = |nature, code: Option<String>| CloudError {
            code,
            ..CloudError::new(nature, operation, "as the test asked")
        };
        match self {
            Self::Well => effect(),
            Self::Refused(code, nature) => Err(error(nature, Some(code))),
            Self::Lost if again => effect(),
            Self::Unanswered if again => effect().and_then(|_| effect()),
            Self::Lost | Self::Unheard => Err(error(Nature::Ambiguous, None)),
            Self::Unanswered => effect().and(Err(error(Nature::Ambiguous, None))),
            Self::Died => effect().and(Err(error(Nature::Refused, Some(CODE.into())))),
        }
    }
}
