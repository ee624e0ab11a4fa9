//! What cannot go, because something that stays keeps it without referring to it.

use nk_model::{Json, LiveValue, Registry};

use crate::{
    Problem,
    decide::{Decision, Fate},
};

/// What is to go and cannot.
pub(crate) fn pinned(decisions: &[Decision], registry: Registry) -> Vec<Problem> {
    let mut problems = Vec::new();
    for holder in decisions.iter().filter(|one| !goes(one)) {
        let Some(live) = &holder.live else { continue };
        let Some(pin) = registry(live.address.kind()).and_then(|kind| kind.pin) else { continue };
        let ids = live.outputs.get(pin.ids).and_then(Json::as_array);
        let kept = |live: &&LiveValue| {
            live.address.kind() == pin.kind
                && ids.into_iter().flatten().any(|id| id.as_str() == Some(&live.id))
        };
        let going = decisions.iter().filter(|one| goes(one)).filter_map(|one| one.live.as_ref());
        problems.extend(going.filter(kept).map(|live| Problem::Pinned {
            address: live.address.clone(),
            id: live.id.clone(),
            by: holder.address.clone(),
            why: pin.why,
        }));
    }
    problems
}

/// Whether what is there now is to go.
fn goes(decision: &Decision) -> bool {
    use Fate::{
        Create, Destroy, ReplaceCreateFirst, ReplaceDestroyFirst, Supersede, Unchanged, Update,
    };
    match decision.fate {
        Destroy | ReplaceCreateFirst | ReplaceDestroyFirst => true,
        Create | Supersede | Unchanged | Update(_) => false,
    }
}
