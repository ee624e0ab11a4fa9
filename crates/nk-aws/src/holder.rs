//! To whom resources belong that are found by their names.

use nk_engine::Scope;
use nk_kinds::Tags;
use nk_model::{Address, Kind, Owner};

use crate::Aws;

impl Aws {
    /// The address of a resource with this name and these tags, and its owner; none if the look is
    /// not for it.
    ///
    /// What has the name of a desired resource is in its way if it does not belong to the stack;
    /// everything else is identified by its tags alone.
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

    /// Whether this stack would give this name: all its names begin alike.
    pub(crate) fn named_by_stack(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&self.stack.prefix());
        rest.is_some_and(|rest| rest.starts_with('-'))
    }
}
