//! Whose something is that was found by its name.

use nk_engine::Scope;
use nk_kinds::Tags;
use nk_model::{Address, Owner, StackId};

/// Where something found by its name stands, and whose it is.
///
/// None where nobody asked for it: it has neither the name of a wanted resource nor the tags of
/// this stack. What has a wanted name and other tags is foreign, and stands in the way.
pub(crate) fn place<K>(
    scope: &Scope<K>,
    stack: &StackId,
    tags: &Tags,
    named: impl Fn(&K) -> bool,
) -> Option<(Address, Owner)> {
    if let Some((address, _)) = scope.wanted.iter().find(|(_, spec)| named(spec)) {
        return Some((address.clone(), tags.owner(stack, address)));
    }
    let address = tags.address(stack).filter(|address| scope.covers(address))?;
    Some((address, Owner::Ours))
}

#[cfg(test)]
mod tests {
    use nk_engine::Pass;

    use super::*;

    #[test]
    fn a_wanted_name_with_other_tags_is_foreign_and_an_unwanted_one_nobodys() {
        let stack = StackId { project: "p".into(), environment: "dev".into() };
        let address = |name| Address::new("role", name);
        let scope = Scope::stack(vec![(address("a"), "p-dev-a")], Pass::default());
        let tags = |name| Tags::new(&stack, &address(name), "name");
        let place = |tags: &Tags, name| place(&scope, &stack, tags, |spec| *spec == name);

        assert_eq!(place(&tags("a"), "p-dev-a"), Some((address("a"), Owner::Ours)));
        assert_eq!(place(&tags("b"), "p-dev-b"), Some((address("b"), Owner::Ours)));
        assert_eq!(place(&Tags::default(), "p-dev-b"), None);
        let foreign = place(&Tags::default(), "p-dev-a");
        assert!(matches!(foreign, Some((_, Owner::Foreign(_)))), "{foreign:?}");
    }
}
