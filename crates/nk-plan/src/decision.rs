//! What becomes of each resource, as it is decided.

use nk_model::{Address, Change, Json, LiveValue, Part};

/// What becomes of one resource.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) address: Address,
    pub(crate) fate: Fate,
    /// What is wanted, with the references filled that are known now; null for what is not wanted.
    pub(crate) spec: Json,
    pub(crate) live: Option<LiveValue>,
    pub(crate) changes: Vec<Change>,
    pub(crate) reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Unchanged,
    Create,
    Update(Part),
    /// The old one goes first.
    ReplaceDestroyFirst,
    /// The new one comes first.
    ReplaceCreateFirst,
    /// The new one comes; the old one is history.
    Supersede,
    Destroy,
}

impl Fate {
    /// Whether what is there now is to go.
    pub(crate) fn goes(self) -> bool {
        match self {
            Self::Destroy | Self::ReplaceDestroyFirst | Self::ReplaceCreateFirst => true,
            Self::Unchanged | Self::Create | Self::Update(_) | Self::Supersede => false,
        }
    }
}
