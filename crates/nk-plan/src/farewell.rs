//! What is set before a resource goes.

use nk_model::{Desired, Phase, Registry, difference};

use crate::decide::{Decision, Fate};

/// What is set before a resource goes, so that what refers to it goes sooner.
pub(crate) fn farewell(
    desired: &Desired,
    going: &Decision,
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
    let spec = (registry(address.kind())?.canonical)(&spec).ok()?;
    let changes = difference(&live.spec, &spec);
    if changes.is_empty() || live.phase != Phase::Ready {
        return None;
    }
    Some(Decision {
        address: address.clone(),
        fate: Fate::Update,
        spec,
        live: Some(live.clone()),
        changes,
        reason: "what refers to it goes sooner then".to_owned(),
    })
}
