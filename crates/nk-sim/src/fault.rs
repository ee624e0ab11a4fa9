//! The faults of a call.

use nk_engine::{CloudError, CloudResult, Nature};

/// A fault. Calls are counted from 1, over those that change something.
///
/// A lost call is repeated at once, as the AWS SDK does, unless it is a create that could create a
/// second resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This and every later call is refused, as if nk had died before it.
    DeadBefore(usize),
    /// This call is carried out; its answer and every later call is lost, as if nk had died after
    /// it.
    DeadAfter(usize),
    /// This call is carried out, and its answer is lost.
    LostAnswer(usize),
    /// This call never arrives, and nobody says so.
    LostCall(usize),
    /// This call never arrives, however often it is repeated.
    Unheard(usize),
    /// This call is refused for good.
    Refused(usize),
    /// Calls of this operation are refused with this code, this many times.
    Says {
        /// Such as `sim:Create nat-gateway.nat-1`.
        operation: String,
        /// The code.
        code: &'static str,
        /// Its nature.
        nature: Nature,
        /// How many times from now on.
        times: usize,
    },
}

/// The code of simulated faults.
const CODE: &str = "SimulatedFault";

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Well,
    /// Nothing happens, and the answer has this code.
    Refused(&'static str, Nature),
    /// Nothing happens and the answer is unknown; if the call is repeated, it is answered.
    Lost,
    /// Nothing happens and the answer is unknown, however often the call is repeated.
    Unheard,
    /// It is carried out and the answer is unknown; if the call is repeated, it is answered.
    Unanswered,
    /// It is carried out and the answer is a refusal.
    Died,
}

impl Fate {
    pub(crate) fn of(
        fault: &mut Option<Fault>,
        change: bool,
        number: usize,
        operation: &str,
    ) -> Self {
        match fault {
            Some(Fault::DeadBefore(at)) if number >= *at => Self::Refused(CODE, Nature::Refused),
            Some(Fault::DeadAfter(at)) if number > *at => Self::Refused(CODE, Nature::Refused),
            Some(Fault::DeadAfter(at)) if change && number == *at => Self::Died,
            Some(Fault::LostAnswer(at)) if change && number == *at => Self::Unanswered,
            Some(Fault::LostCall(at)) if change && number == *at => Self::Lost,
            Some(Fault::Unheard(at)) if change && number == *at => Self::Unheard,
            Some(Fault::Refused(at)) if change && number == *at => {
                Self::Refused(CODE, Nature::Refused)
            }
            Some(Fault::Says { operation: one, code, nature, times })
                if one == operation && *times > 0 =>
            {
                *times -= 1;
                Self::Refused(code, *nature)
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
        // Without an answer there is no code.
        let error = |nature, code: Option<String>| CloudError {
            code,
            ..CloudError::new(nature, operation, "as the test asked")
        };
        match self {
            Self::Well => effect(),
            Self::Refused(code, nature) => Err(error(nature, Some(code.into()))),
            Self::Lost if again => effect(),
            Self::Unanswered if again => effect().and_then(|_| effect()),
            Self::Lost | Self::Unheard => Err(error(Nature::Ambiguous, None)),
            Self::Unanswered => effect().and(Err(error(Nature::Ambiguous, None))),
            Self::Died => effect().and(Err(error(Nature::Refused, Some(CODE.into())))),
        }
    }
}
