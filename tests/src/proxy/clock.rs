//! AWS's clock, as the lock's service shows it.

use std::time::{Duration, SystemTime};

use hyper::header::HeaderValue;

use super::{Answer, Call, Refusal, Rule};

const HOUR: f64 = 3600.0;

/// A clock that may differ from this machine's, and records that may be old.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// How many seconds AWS's clock is ahead of this machine's.
    pub ahead: i64,
    /// The records of the lock up to this version appear an hour older than they are.
    pub old: i64,
}

impl Rule for Clock {
    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        if call.name() != "ssm:GetParameter" || answer.status != 200 {
            return Ok(answer);
        }
        Ok(answer.edited(|body| {
            let record = &mut body["Parameter"];
            let version = record["Version"].as_i64().expect("a parameter has a version");
            let written = record["LastModifiedDate"].as_f64().expect("and a time");
            let age = if version <= self.old { HOUR } else { 0.0 };
            let ahead = f64::from(i32::try_from(self.ahead).expect("hours"));
            record["LastModifiedDate"] = (written + ahead - age).into();
        }))
    }

    #[expect(clippy::disallowed_methods, reason = "AWS's clock shows the time")]
    fn date(&self) -> Option<HeaderValue> {
        let by = Duration::from_secs(self.ahead.unsigned_abs());
        let now = SystemTime::now();
        let now = if self.ahead < 0 { now - by } else { now + by };
        Some(HeaderValue::from_str(&httpdate::fmt_http_date(now)).expect("a date is plain text"))
    }
}
