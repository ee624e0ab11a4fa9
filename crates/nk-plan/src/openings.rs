//! A list of what is let through is changed so that nothing is cut off in between: a security group
//! whose rules follow the port of a service lets the new port in before the service moves there,
//! and closes the old one only after the service has left it.

use std::collections::HashSet;

use nk_model::{Change, Json, KindInfo, LiveValue, Part, Registry};

use crate::decision::{Decision, Fate};

/// What the resources that change refer to.
pub(crate) struct Touched(HashSet<(&'static str, &'static str, String)>);

impl Touched {
    pub(crate) fn by(decisions: &[Decision], registry: Registry) -> Self {
        let changing = decisions.iter().filter(|one| one.fate != Fate::Unchanged);
        let references = changing.filter_map(|one| {
            let live = one.live.as_ref()?;
            let kind =
                registry(live.address.kind()).filter(|kind| kind.ties.openings.is_empty())?;
            (kind.bindings)(&live.spec).ok()
        });
        Self(references.flatten().map(|one| (one.kind, one.output, one.value)).collect())
    }

    fn contains(&self, kind: &KindInfo, live: &LiveValue) -> bool {
        let mut outputs = kind.outputs.iter();
        outputs.any(|output| {
            live.output(output).is_some_and(|value| self.0.contains(&(kind.kind, *output, value)))
        })
    }
}

/// An update in two parts, if it removes what another resource that changes or is deleted may use:
/// the first part and the last.
pub(crate) fn opened(
    decision: Decision,
    touched: &Touched,
    registry: Registry,
) -> (Option<Decision>, Option<Decision>) {
    let split = registry(decision.address.kind()).and_then(|kind| {
        let live = decision.live.as_ref().filter(|live| touched.contains(kind, live))?;
        in_two(&decision, live, kind)
    });
    match split {
        Some((first, last)) => (first, Some(last)),
        None => (Some(decision), None),
    }
}

fn in_two(
    decision: &Decision,
    live: &LiveValue,
    kind: &KindInfo,
) -> Option<(Option<Decision>, Decision)> {
    let mut between = decision.spec.clone();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for change in &decision.changes {
        let Some(both) = united(change, kind) else {
            first.push(change.clone());
            continue;
        };
        between[change.path.as_str()] = both.clone();
        let Change { path, from, to } = change.clone();
        first.push(Change { path: path.clone(), from, to: both.clone() });
        last.push(Change { path, from: both, to });
    }
    first.retain(|change| change.from != change.to);
    last.retain(|change| change.from != change.to);
    if last.is_empty() {
        return None;
    }
    let update = |part, reason: &str, spec: Json, live: LiveValue, changes| Decision {
        address: decision.address.clone(),
        fate: Fate::Update(part),
        spec,
        live: Some(live),
        changes,
        reason: reason.to_owned(),
    };
    let adds = (!first.is_empty()).then(|| {
        update(
            Part::Opens,
            "added before other resources use it",
            between.clone(),
            live.clone(),
            first,
        )
    });
    let there = LiveValue { spec: between, ..live.clone() };
    let reason = "removed when nothing uses it any more";
    Some((adds, update(Part::Closes, reason, decision.spec.clone(), there, last)))
}

/// The live and the desired entries of such a list together, in the order of its kind.
fn united(change: &Change, kind: &KindInfo) -> Option<Json> {
    if !kind.ties.openings.contains(&change.path.as_str()) {
        return None;
    }
    let (Json::Array(there), Json::Array(wanted)) = (&change.from, &change.to) else { return None };
    let added = wanted.iter().filter(|one| !there.contains(one));
    Some(Json::Array(there.iter().chain(added).cloned().collect()))
}
