//! What becomes of each resource, as it is decided.

use nk_model::{Address, Change, Json, LiveValue, Part};

/// What becomes of one resource.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) address: Address,
    pub(crate) fate: Fate,
    /// The wanted spec, with the references filled that are known now; null where nothing is wanted.
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
    /// The old one is destroyed before the new one is created.
    ReplaceDestroyFirst,
    /// The new one is created before the old one is destroyed.
    ReplaceCreateFirst,
    /// A new revision is created; AWS keeps the old one.
    Supersede,
    Destroy,
}

impl Fate {
    /// Whether the live resource is destroyed.
    pub(crate) fn goes(self) -> bool {
        match self {
            Self::Destroy | Self::ReplaceDestroyFirst | Self::ReplaceCreateFirst => true,
            Self::Unchanged | Self::Create | Self::Update(_) | Self::Supersede => false,
        }
    }
}
