//! Decides what happens to each resource.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nk_model::{
    Address, Change, Desired, Json, KindInfo, LiveValue, Observed, Owner, Part, Phase, Registry,
    Replace, Resource, Unseen, placeholders_in, resolve,
};

use crate::{
    Permission, Problem,
    decision::{Decision, Fate},
    keep::{Kept, References, keep},
    moves::follow,
};

/// Why a resource is deleted that is at none of the desired addresses.
const UNWANTED: &str = "no longer in the stack file";

/// Decides what happens to every desired and every observed resource, unless there are problems.
pub(crate) fn decide(
    desired: &Desired,
    order: &[&Address],
    observed: &Observed,
    registry: Registry,
    permission: &Permission,
) -> (Vec<Decision>, Vec<Problem>) {
    let grounds = Grounds {
        registry,
        references: count_references(observed, registry),
        unseen: &permission.unseen,
    };
    let mut found: BTreeMap<Address, Vec<LiveValue>> = BTreeMap::new();
    for live in &observed.found {
        found.entry(live.address.clone()).or_default().push(live.clone());
    }
    let mut facts: HashMap<Address, LiveValue> = HashMap::new();
    let mut going = Going::default();
    let mut decisions = Vec::new();
    let mut problems = Vec::new();
    let mut moved = BTreeMap::new();
    let mut followed = BTreeSet::new();
    for address in order {
        // It is the first of its kind, so everything that the kind refers to is decided.
        if let Some(kind) = registry(address.kind()).filter(|kind| kind.identity.moves)
            && followed.insert(kind.kind)
        {
            let wanted = resolved(kind, desired, &facts);
            let there = follow(kind, &wanted, &mut found);
            moved.extend(there.moved);
            let gone = there.displaced.into_iter();
            decisions.extend(gone.map(|live| removal(live, UNWANTED.to_owned())));
        }
        let wanted = &desired.resources[*address].spec;
        let found = found.remove(*address).unwrap_or_default();
        match wanted_one(address, wanted, found, &facts, &grounds, &going) {
            Ok((mut decision, superfluous)) => {
                if let Some(before) = moved.get(*address) {
                    decision.reason = format!("was `{before}`; kept in place");
                    if let Fate::Update(part) = &mut decision.fate {
                        *part = Part::Moves;
                    }
                }
                if let (Fate::Unchanged | Fate::Update(_), Some(live)) =
                    (decision.fate, &decision.live)
                {
                    facts.insert((*address).clone(), live.clone());
                }
                going.add(&decision, registry);
                decisions.push(decision);
                decisions.extend(superfluous);
            }
            Err(problem) => problems.push(problem),
        }
    }
    for live in found.into_values().flatten().filter(|live| live.owner == Owner::Ours) {
        let precious = registry(live.address.kind()).is_some_and(|kind| kind.replacement.precious);
        if matches!(live.phase, Phase::Retired(_)) {
            continue;
        }
        if precious && !permission.removes(live.address.as_str()) {
            problems.push(Problem::Precious { address: live.address, id: live.id });
            continue;
        }
        let reason = match &live.phase {
            Phase::Leaving(word) => format!("already being deleted ({word})"),
            // If everything is deleted, every line would say the same.
            _ if desired.resources.is_empty() => String::new(),
            _ => UNWANTED.to_owned(),
        };
        decisions.push(removal(live, reason));
    }
    (decisions, problems)
}

/// The desired resources of a kind, with the references resolved that are known.
fn resolved<'a>(
    kind: &KindInfo,
    desired: &'a Desired,
    facts: &HashMap<Address, LiveValue>,
) -> Vec<(&'a Address, Json)> {
    let wanted = desired.resources.iter().filter(|(address, _)| address.kind() == kind.kind);
    let spec = |(address, resource): (&'a Address, &Resource)| {
        // A spec that its kind does not accept is reported where it is decided.
        Some((address, (kind.canonical)(&filled(&resource.spec, facts)).ok()?))
    };
    wanted.filter_map(spec).collect()
}

/// A spec with the references resolved that are known.
fn filled(spec: &Json, facts: &HashMap<Address, LiveValue>) -> Json {
    resolve(spec, &mut |placeholder| facts.get(&placeholder.address)?.output(&placeholder.output))
}

/// The resources that are replaced.
#[derive(Default)]
struct Going {
    /// The outputs of resources that are deleted before their successors are created.
    first: HashMap<(&'static str, &'static str, String), Address>,
    /// The origin of each replacement: a resource that is replaced for its own sake, and why.
    roots: HashMap<Address, (Address, String)>,
}

impl Going {
    fn add(&mut self, decision: &Decision, registry: Registry) {
        let Decision { address, fate, live: Some(live), changes, reason, .. } = decision else {
            return;
        };
        let Some(kind) = registry(address.kind()) else { return };
        if !matches!(fate, Fate::ReplaceDestroyFirst | Fate::ReplaceCreateFirst | Fate::Supersede) {
            return;
        }
        let own = || (address.clone(), reason.clone());
        let root = self.root(live, changes, kind).cloned().unwrap_or_else(own);
        self.roots.insert(address.clone(), root);
        if *fate != Fate::ReplaceDestroyFirst {
            return;
        }
        for output in kind.outputs {
            if let Some(value) = live.output(output) {
                self.first.insert((kind.kind, *output, value), address.clone());
            }
        }
    }

    /// A resource that is deleted first although `live` refers to it.
    fn beneath(&self, live: &LiveValue, kind: &KindInfo) -> Option<&Address> {
        let bindings = (kind.bindings)(&live.spec).unwrap_or_default();
        bindings.into_iter().find_map(|one| self.first.get(&(one.kind, one.output, one.value)))
    }

    /// The replacement that causes the replacement of `live`.
    fn root(
        &self,
        live: &LiveValue,
        changes: &[Change],
        kind: &KindInfo,
    ) -> Option<&(Address, String)> {
        fixed(kind, changes)
            .flat_map(|change| placeholders_in(&change.to))
            .find_map(|placeholder| self.roots.get(&placeholder.address))
            .or_else(|| self.roots.get(self.beneath(live, kind)?))
    }
}

/// The changes that cannot be made in place.
fn fixed<'a>(kind: &KindInfo, changes: &'a [Change]) -> impl Iterator<Item = &'a Change> {
    let immutable = kind.replacement.immutable;
    changes.iter().filter(move |change| immutable.contains(&change.field()) && !change.fills())
}

fn removal(live: LiveValue, reason: String) -> Decision {
    Decision {
        address: live.address.clone(),
        fate: Fate::Destroy,
        spec: Json::Null,
        changes: Vec::new(),
        reason,
        live: Some(live),
    }
}

/// What decides the fate of any desired resource.
struct Grounds<'a> {
    registry: Registry,
    references: References,
    unseen: &'a Unseen,
}

fn wanted_one(
    address: &Address,
    wanted: &Json,
    found: Vec<LiveValue>,
    facts: &HashMap<Address, LiveValue>,
    grounds: &Grounds,
    going: &Going,
) -> Result<(Decision, Vec<Decision>), Problem> {
    let spec_problem = |message: String| Problem::Spec { address: address.clone(), message };
    let Grounds { registry, references, unseen } = grounds;
    let kind = registry(address.kind())
        .ok_or_else(|| spec_problem(format!("there is no kind `{}`", address.kind())))?;
    let spec = (kind.canonical)(&filled(wanted, facts))
        .map_err(|error| spec_problem(error.to_string()))?;
    let Kept { live, superfluous } = keep(address, &spec, found, kind, references, unseen)?;
    let spec = match &live {
        Some(live) if kind.replacement.how == Replace::Supersede => handed_on(spec, &live.spec),
        _ => spec,
    };
    let superfluous =
        superfluous.into_iter().map(|(live, reason)| removal(live, reason.to_owned())).collect();
    let (fate, changes, reason) = match &live {
        None => (Fate::Create, Vec::new(), String::new()),
        Some(live) => {
            let changes = kind.difference(unseen, live, &spec);
            fate(address, kind, live, &spec, changes, going)?
        }
    };
    Ok((Decision { address: address.clone(), fate, spec, live, changes, reason }, superfluous))
}

/// The desired spec, with the fields that are left to AWS copied from the previous resource, which
/// a successor continues.
fn handed_on(wanted: Json, live: &Json) -> Json {
    match wanted {
        Json::Null => live.clone(),
        Json::Object(fields) => {
            let hand_on = |(name, wanted): (String, Json)| {
                let live = live.get(&name).unwrap_or(&Json::Null);
                let wanted = handed_on(wanted, live);
                (name, wanted)
            };
            Json::Object(fields.into_iter().map(hand_on).collect())
        }
        wanted => wanted,
    }
}

fn fate(
    address: &Address,
    kind: &KindInfo,
    live: &LiveValue,
    wanted: &Json,
    changes: Vec<Change>,
    going: &Going,
) -> Result<(Fate, Vec<Change>, String), Problem> {
    // If a resource must be deleted before its successor can be created, everything that holds it
    // is replaced as well.
    let beneath = going.beneath(live, kind);
    // So is everything that its successor cannot exist beside.
    let excluded =
        kind.excludes.is_some_and(|excludes| excludes(wanted, &live.spec).unwrap_or(false));
    let first = beneath.is_some() || excluded;
    match &live.phase {
        Phase::Leaving(word) => {
            let reason = format!("the previous one is still being deleted ({word})");
            return Ok((Fate::ReplaceDestroyFirst, Vec::new(), reason));
        }
        Phase::Failed(why) => {
            let because = format!("AWS reports that it failed: {why}");
            return replacement(address, kind, changes, because, first, None);
        }
        Phase::Retired(until) => {
            let reason = format!("restored, because it is scheduled for deletion ({until})");
            return Ok((Fate::Update(Part::Restores), changes, reason));
        }
        Phase::Busy(_) | Phase::Ready => {}
    }
    let root = going.root(live, &changes, kind);
    let fields: BTreeSet<_> = fixed(kind, &changes).map(Change::field).collect();
    let in_order = kind.replacement.immutable.iter().filter(|field| fields.contains(*field));
    let fields: Vec<_> = in_order.map(|field| format!("`{field}`")).collect();
    if !fields.is_empty() {
        let because = format!("{} cannot be changed in place", fields.join(", "));
        return replacement(address, kind, changes, because, first, root);
    }
    if let (true, Some(beneath)) = (kind.ties.holds, beneath) {
        let because =
            format!("it uses `{beneath}`, which must be deleted before it can be replaced");
        return replacement(address, kind, changes, because, true, root);
    }
    Ok(match &live.phase {
        Phase::Busy(word) => {
            let still = || format!("AWS is still working on it ({word})");
            let reason = if changes.is_empty() { still() } else { String::new() };
            (Fate::Update(Part::Completes), changes, reason)
        }
        _ if changes.is_empty() => (Fate::Unchanged, changes, String::new()),
        _ => (Fate::Update(Part::Whole), changes, String::new()),
    })
}

fn replacement(
    address: &Address,
    kind: &KindInfo,
    changes: Vec<Change>,
    because: String,
    destroy_first: bool,
    root: Option<&(Address, String)>,
) -> Result<(Fate, Vec<Change>, String), Problem> {
    let fate = match kind.replacement.how {
        Replace::Refuse(why) => {
            let because = match root {
                Some((root, reason)) => {
                    format!("{because}, because `{root}` is replaced: {reason}")
                }
                None => because,
            };
            return Err(Problem::Irreplaceable { address: address.clone(), because, why });
        }
        Replace::Supersede => Fate::Supersede,
        _ if destroy_first => Fate::ReplaceDestroyFirst,
        Replace::DestroyFirst => Fate::ReplaceDestroyFirst,
        Replace::CreateFirst([]) => Fate::ReplaceCreateFirst,
        Replace::CreateFirst(fields) => {
            let apart = changes.iter().any(|change| fields.contains(&change.field()));
            if apart { Fate::ReplaceCreateFirst } else { Fate::ReplaceDestroyFirst }
        }
    };
    let because = match fate {
        Fate::ReplaceDestroyFirst if !kind.replacement.gap.is_empty() => {
            format!("{because}; meanwhile {}", kind.replacement.gap)
        }
        _ => because,
    };
    Ok((fate, changes, because))
}

fn count_references(observed: &Observed, registry: Registry) -> References {
    let mut references = References::new();
    for live in &observed.found {
        let Some(kind) = registry(live.address.kind()) else { continue };
        for binding in (kind.bindings)(&live.spec).unwrap_or_default() {
            *references.entry((binding.kind, binding.output, binding.value)).or_default() += 1;
        }
    }
    references
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_to_aws_is_handed_on() {
        let wanted = json!({"cpu": 512, "container": {"image": null, "port": 80}});
        let live = json!({"cpu": 256, "container": {"image": "web:v2", "port": 81}, "more": 1});
        let next = json!({"cpu": 512, "container": {"image": "web:v2", "port": 80}});
        assert_eq!(handed_on(wanted, &live), next);
    }
}
