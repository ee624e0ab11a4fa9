//! Resources that cannot be deleted, because another one keeps them without referring to them.

use nk_model::{Json, LiveValue, Registry};

use crate::{Problem, decision::Decision};

/// What would be deleted and cannot be.
pub(crate) fn pinned(decisions: &[Decision], registry: Registry) -> Vec<Problem> {
    let mut problems = Vec::new();
    for holder in decisions.iter().filter(|one| !one.fate.goes()) {
        let Some(live) = &holder.live else { continue };
        let Some(pin) = registry(live.address.kind()).and_then(|kind| kind.ties.pin) else {
            continue;
        };
        let ids = live.outputs.get(pin.ids).and_then(Json::as_array);
        let kept = |live: &&LiveValue| {
            live.address.kind() == pin.kind
                && ids.into_iter().flatten().any(|id| id.as_str() == Some(&live.id))
        };
        let going =
            decisions.iter().filter(|one| one.fate.goes()).filter_map(|one| one.live.as_ref());
        problems.extend(going.filter(kept).map(|live| Problem::Pinned {
            address: live.address.clone(),
            id: live.id.clone(),
            by: holder.address.clone(),
            why: pin.why,
        }));
    }
    problems
}
