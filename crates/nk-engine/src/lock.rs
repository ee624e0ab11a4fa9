//! The lock: one run at a time changes a stack.

/// The lock as the cloud keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockRecord {
    /// What its holder wrote.
    pub value: String,
    /// Grows by one with every write.
    pub version: i64,
    /// How many seconds ago it was last written, by the cloud's own clock.
    pub age_seconds: i64,
}
