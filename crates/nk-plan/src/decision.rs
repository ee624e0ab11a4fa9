//! What happens to each resource.

use nk_model::{Address, Change, Json, LiveValue, Part};

/// What happens to one resource.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) address: Address,
    pub(crate) fate: Fate,
    /// The desired spec, with the references resolved that are known now; null for what is not
    /// desired.
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
    /// The old one is deleted first.
    ReplaceDestroyFirst,
    /// The new one is created first.
    ReplaceCreateFirst,
    /// The new one is created; the old one is history.
    Supersede,
    Destroy,
}

impl Fate {
    /// Whether the live resource will be deleted.
    pub(crate) fn goes(self) -> bool {
        match self {
            Self::Destroy | Self::ReplaceDestroyFirst | Self::ReplaceCreateFirst => true,
            Self::Unchanged | Self::Create | Self::Update(_) | Self::Supersede => false,
        }
    }
}
