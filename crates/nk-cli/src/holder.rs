//! The holder of the lock, as others see it.

use std::{env, fs, process};

use nk_engine::Holder;

use crate::clock;

/// This run.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(crate) fn myself(command: &str) -> Holder {
    let user = ["USER", "LOGNAME", "GITHUB_ACTOR"].iter().find_map(|name| env::var(name).ok());
    let user = user.unwrap_or_else(|| "somebody".to_owned());
    let host = fs::read_to_string("/etc/hostname").map(|text| text.trim().to_owned());
    let host = host.ok().filter(|host| !host.is_empty());
    let host = host.or_else(|| env::var("HOSTNAME").ok());
    let now = clock::now();
    Holder {
        holder: format!("{user} (process {})", process::id()),
        host: host.unwrap_or_else(|| "an unnamed machine".to_owned()),
        command: command.to_owned(),
        since: clock::utc(now.as_secs()),
        nonce: format!("{}-{}-{}", process::id(), now.as_nanos(), fastrand::u64(..)),
        over: None,
        ousts: None,
    }
}
