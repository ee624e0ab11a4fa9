//! The lock in SSM Parameter Store.

use nk_engine::{Cloud, CloudResult, Entry, LockRecord};

use crate::{Aws, ENTRIES};

impl Cloud for Aws {
    const ENTRIES: &'static [Entry<Self>] = ENTRIES;

    async fn read_lock(&self) -> CloudResult<Option<LockRecord>> {
        todo!()
    }

    async fn write_lock(&self, _value: &str, _fresh: bool) -> CloudResult<Option<i64>> {
        todo!()
    }

    async fn lock_version(&self, _version: i64) -> CloudResult<Option<String>> {
        todo!()
    }

    async fn remove_lock(&self) -> CloudResult<()> {
        todo!()
    }
}
