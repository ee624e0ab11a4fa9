//! Bad answers: refusals, and what is not an answer at all.

use hyper::body::Bytes;

use super::{Answer, Before, Call, Refusal, Rule};

/// AWS refuses one operation.
pub struct Refusing {
    /// Such as `ec2:CreateSubnet`.
    pub name: &'static str,
    /// With what.
    pub refusal: Refusal,
}

impl Rule for Refusing {
    fn before(&self, call: &Call) -> Before {
        if call.name() == self.name { Before::Refuse(self.refusal.clone()) } else { Before::Pass }
    }
}

/// AWS throttles some calls, however slowly they are made.
pub struct Throttled(pub fn(&Call) -> bool);

impl Rule for Throttled {
    fn before(&self, call: &Call) -> Before {
        if (self.0)(call) { Before::Refuse(Refusal::throttled(call)) } else { Before::Pass }
    }
}

/// Nothing happens to any call, and nobody says so.
pub struct Silent;

impl Rule for Silent {
    fn before(&self, _: &Call) -> Before {
        Before::Hold
    }
}

/// What is returned instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonsense {
    /// Nothing.
    Nothing,
    /// The first half of the answer.
    Half,
    /// A page for people, as from a captive portal or a proxy.
    Page,
}

/// Some calls are carried out, and something other than the answer is returned.
pub struct Garbled {
    /// Which.
    pub chosen: fn(&Call) -> bool,
    /// What is returned.
    pub with: Nonsense,
}

impl Rule for Garbled {
    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        if !(self.chosen)(call) {
            return Ok(answer);
        }
        let body = match self.with {
            Nonsense::Nothing => Bytes::new(),
            Nonsense::Half => answer.body.slice(..answer.body.len() / 2),
            Nonsense::Page => Bytes::from_static(b"<!DOCTYPE html><html><p>Sign in<br></html>"),
        };
        Ok(Answer { body, ..answer })
    }
}
