//! What becomes of each resource.

use std::collections::{BTreeMap, HashMap};

use nk_model::{
    Address, Change, Desired, Json, KindInfo, LiveValue, Observed, Owner, Phase, Registry, Replace,
    Unseen, resolve,
};

use crate::{
    Permission, PlanError, Problem,
    keep::{Kept, References, keep},
};

/// What becomes of one resource.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) address: Address,
    pub(crate) fate: Fate,
    /// What is wanted, with the references filled that are known now; null for what is not wanted.
    pub(crate) spec: Json,
    pub(crate) live: Option<LiveValue>,
    pub(crate) changes: Vec<Change>,
    pub(crate) reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Unchanged,
    Create,
    Update,
    /// The old one goes first.
    ReplaceDestroyFirst,
    /// The new one comes first.
    ReplaceCreateFirst,
    Destroy,
}

/// Decides what becomes of every wanted and every observed resource.
pub(crate) fn decide(
    desired: &Desired,
    order: &[&Address],
    observed: &Observed,
    registry: Registry,
    permission: &Permission,
) -> Result<Vec<Decision>, PlanError> {
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
    for address in order {
        let wanted = &desired.resources[*address].spec;
        let found = found.remove(*address).unwrap_or_default();
        match wanted_one(address, wanted, found, &facts, &grounds, &going) {
            Ok((decision, superfluous)) => {
                match (decision.fate, &decision.live) {
                    (Fate::Unchanged | Fate::Update, Some(live)) => {
                        facts.insert((*address).clone(), live.clone());
                    }
                    (Fate::ReplaceDestroyFirst, Some(live)) => going.add(live, registry),
                    _ => {}
                }
                decisions.push(decision);
                decisions.extend(superfluous);
            }
            Err(problem) => problems.push(problem),
        }
    }
    for live in found.into_values().flatten().filter(|live| live.owner == Owner::Ours) {
        let precious = registry(live.address.kind()).is_some_and(|kind| kind.precious);
        if matches!(live.phase, Phase::Retired(_)) {
            continue;
        }
        if precious && !permission.removes(live.address.as_str()) {
            problems.push(Problem::Precious { address: live.address, id: live.id });
            continue;
        }
        decisions.push(removal(live, "no longer in the stack file"));
    }
    if problems.is_empty() { Ok(decisions) } else { Err(PlanError { problems }) }
}

/// The outputs of what goes before its successor comes.
#[derive(Default)]
struct Going(HashMap<(&'static str, &'static str, String), Address>);

impl Going {
    fn add(&mut self, live: &LiveValue, registry: Registry) {
        let Some(kind) = registry(live.address.kind()) else { return };
        for output in kind.outputs {
            if let Some(value) = live.output(output) {
                self.0.insert((kind.kind, *output, value), live.address.clone());
            }
        }
    }

    /// What goes first although `live` refers to it.
    fn beneath(&self, live: &LiveValue, kind: &KindInfo) -> Option<&Address> {
        let bindings = (kind.bindings)(&live.spec).unwrap_or_default();
        bindings.into_iter().find_map(|one| self.0.get(&(one.kind, one.output, one.value)))
    }
}

fn removal(live: LiveValue, reason: &str) -> Decision {
    Decision {
        address: live.address.clone(),
        fate: Fate::Destroy,
        spec: Json::Null,
        changes: Vec::new(),
        reason: reason.to_owned(),
        live: Some(live),
    }
}

/// What the fate of any wanted resource is decided by.
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
    let fill = |spec: &Json| {
        resolve(spec, &mut |placeholder| {
            facts.get(&placeholder.address)?.output(&placeholder.output)
        })
    };
    let spec = (kind.canonical)(&fill(wanted)).map_err(|error| spec_problem(error.to_string()))?;
    // What AWS does not tell is shown as it is wanted, placeholders included.
    let found =
        found.into_iter().map(|live| LiveValue { spec: fill(&live.spec), ..live }).collect();
    let Kept { live, superfluous } = keep(address, &spec, found, kind, references, unseen)?;
    let superfluous = superfluous.into_iter().map(|(live, reason)| removal(live, reason)).collect();
    let (fate, changes, reason) = match &live {
        None => (Fate::Create, Vec::new(), String::new()),
        Some(live) => {
            let changes = unseen.difference(kind.kind, &live.spec, &spec);
            fate(address, kind, live, changes, going)?
        }
    };
    Ok((Decision { address: address.clone(), fate, spec, live, changes, reason }, superfluous))
}

fn fate(
    address: &Address,
    kind: &KindInfo,
    live: &LiveValue,
    changes: Vec<Change>,
    going: &Going,
) -> Result<(Fate, Vec<Change>, String), Problem> {
    // What must go before its successor can come takes along whatever holds it.
    let beneath = going.beneath(live, kind);
    match &live.phase {
        Phase::Leaving(word) => {
            let reason = format!("the one before is still going away ({word})");
            return Ok((Fate::ReplaceDestroyFirst, Vec::new(), reason));
        }
        Phase::Failed(why) => {
            let because = format!("AWS gave up on it: {why}");
            return replacement(address, kind, changes, because, beneath.is_some());
        }
        Phase::Retired(until) => {
            let change = Change {
                path: "phase".into(),
                from: format!("scheduled for deletion ({until})").into(),
                to: "restored".into(),
            };
            let changes = [vec![change], changes].concat();
            let reason = "restored: it is scheduled for deletion".into();
            return Ok((Fate::Update, changes, reason));
        }
        Phase::Busy(_) | Phase::Ready => {}
    }
    let fixed: Vec<_> = kind
        .immutable
        .iter()
        .filter(|field| {
            changes.iter().any(|change| change.field() == **field && !change.from.is_null())
        })
        .map(|field| format!("`{field}`"))
        .collect();
    if !fixed.is_empty() {
        let because = format!("{} cannot be changed in place", fixed.join(", "));
        return replacement(address, kind, changes, because, beneath.is_some());
    }
    if let (true, Some(beneath)) = (kind.holds, beneath) {
        let because = format!("it holds `{beneath}`, which must go first to be replaced");
        return replacement(address, kind, changes, because, true);
    }
    Ok(match &live.phase {
        _ if !changes.is_empty() => (Fate::Update, changes, String::new()),
        Phase::Busy(word) => {
            (Fate::Update, changes, format!("AWS is still at work on it ({word})"))
        }
        _ => (Fate::Unchanged, changes, String::new()),
    })
}

fn replacement(
    address: &Address,
    kind: &KindInfo,
    changes: Vec<Change>,
    because: String,
    destroy_first: bool,
) -> Result<(Fate, Vec<Change>, String), Problem> {
    let fate = match kind.replace {
        Replace::Refuse(why) => {
            return Err(Problem::Irreplaceable { address: address.clone(), because, why });
        }
        _ if destroy_first => Fate::ReplaceDestroyFirst,
        Replace::DestroyFirst => Fate::ReplaceDestroyFirst,
        Replace::CreateFirst([]) => Fate::ReplaceCreateFirst,
        Replace::CreateFirst(fields) => {
            let apart = changes.iter().any(|change| fields.contains(&change.field()));
            if apart { Fate::ReplaceCreateFirst } else { Fate::ReplaceDestroyFirst }
        }
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
