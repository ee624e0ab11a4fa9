//! Updates before a destroy.

use nk_model::{Desired, Part, Phase, Registry, Unseen};

use crate::decision::{Decision, Fate};

/// The update before a destroy that lets what refers to the resource be deleted sooner. Settings
/// that only say how a resource is deleted are used for the destroy itself.
pub(crate) fn farewell(
    desired: &Desired,
    going: &mut Decision,
    registry: Registry,
) -> Option<Decision> {
    let Decision { address, live: Some(live), .. } = going else { return None };
    let fields = desired.farewell.get(address)?;
    if desired.resources.contains_key(address) {
        return None;
    }
    let mut spec = live.spec.clone();
    for (name, value) in fields {
        *spec.get_mut(name)? = value.clone();
    }
    let kind = registry(address.kind())?;
    let spec = (kind.canonical)(&spec).ok()?;
    kind.complete(live, &spec);
    let changes = kind.difference(&Unseen::default(), live, &spec);
    if changes.is_empty() || live.phase != Phase::Ready {
        return None;
    }
    Some(Decision {
        address: address.clone(),
        fate: Fate::Update(Part::BeforeDestroy),
        spec,
        live: Some(live.clone()),
        changes,
        reason: "speeds up the deletion of what uses it".to_owned(),
    })
}
