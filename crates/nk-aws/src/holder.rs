//! Whose the things are that are found by their names.

use nk_engine::Scope;
use nk_kinds::Tags;
use nk_model::{Address, Kind, Owner};

use crate::Aws;

impl Aws {
    /// The address of something with this name and these tags, and whose it is; none where it is
    /// no business of the look.
    ///
    /// What has the name of a wanted resource stands in its way if it is not ours; anything else
    /// is told by its tags alone.
    pub(crate) fn holder<K: Kind>(
        &self,
        scope: &Scope<K>,
        wanted: impl Fn(&K) -> bool,
        tags: &Tags,
    ) -> Option<(Address, Owner)> {
        if let Some((address, _)) = scope.wanted.iter().find(|(_, spec)| wanted(spec)) {
            return Some((address.clone(), tags.owner(&self.stack, address)));
        }
        let address = tags.address(&self.stack)?;
        (address.kind() == K::KIND && scope.covers(&address)).then_some((address, Owner::Ours))
    }
}
