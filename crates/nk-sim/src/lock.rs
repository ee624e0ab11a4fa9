//! A parameter with versions, like SSM's.

use nk_engine::LockRecord;
use tokio::time::Instant;

#[derive(Default)]
pub(crate) struct Parameter {
    versions: Vec<(String, Instant)>,
}

impl Parameter {
    pub(crate) fn read(&self) -> Option<LockRecord> {
        let (value, written) = self.versions.last()?;
        let version = i64::try_from(self.versions.len()).unwrap_or(i64::MAX);
        Some(LockRecord { value: value.clone(), version, age: written.elapsed() })
    }

    pub(crate) fn write(&mut self, value: &str, fresh: bool) -> Option<i64> {
        if fresh && !self.versions.is_empty() {
            return None;
        }
        self.versions.push((value.to_owned(), Instant::now()));
        i64::try_from(self.versions.len()).ok()
    }

    pub(crate) fn version(&self, version: i64) -> Option<String> {
        let place = usize::try_from(version).ok()?.checked_sub(1)?;
        self.versions.get(place).map(|(value, _)| value.clone())
    }

    pub(crate) fn remove(&mut self) {
        self.versions.clear();
    }
}
