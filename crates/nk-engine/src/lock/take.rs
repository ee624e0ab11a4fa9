//! Taking the lock: writing a new record, or overwriting that of a dead run.

use tokio::time::Duration;

use super::{Holder, LockError, read};
use crate::Cloud;

/// After how long without a rewrite a record is a dead run's.
const EXPIRE: Duration = Duration::from_secs(90);

/// Writes the lock for the first time and returns the version.
pub(super) async fn take<C: Cloud>(cloud: &C, mine: Holder) -> Result<(Holder, i64), LockError> {
    let text = |holder: &Holder| serde_json::to_string(holder).unwrap_or_default();
    // Twice, because a record may disappear between the two calls.
    for _ in 0..2 {
        if let Some(version) = cloud.write_lock(&text(&mine), true).await? {
            return Ok((mine, version));
        }
        let Some(record) = cloud.read_lock().await? else { continue };
        let held = read(&record.value);
        if held.nonce == mine.nonce {
            // It was written by our own call, whose answer was lost.
            return Ok((mine, record.version));
        }
        if record.age < EXPIRE {
            return Err(LockError::Held { holder: held, age: record.age });
        }
        let ousts = Some(held.nonce.clone());
        let mine = Holder { over: Some(record.version), ousts, ..mine };
        let version = cloud.write_lock(&text(&mine), false).await?.unwrap_or_default();
        // Version 1: the record disappeared in between, and ours is a new one.
        if version == record.version + 1 || version == 1 {
            return Ok((mine, version));
        }
        let winner = cloud.lock_version(record.version + 1).await?;
        let winner = winner.map_or(held, |value| read(&value));
        if winner.nonce == mine.nonce {
            return Ok((mine, version));
        }
        return Err(LockError::Held { holder: winner, age: Duration::ZERO });
    }
    let nobody = read("");
    Err(LockError::Held { holder: nobody, age: Duration::ZERO })
}
