//! Chooses among several live resources at one address, and decides what happens to the others.

use std::collections::HashMap;

use nk_model::{Address, Change, Json, KindInfo, LiveValue, Owner, Phase, Replace, Unseen};

use crate::Problem;

/// The live resources at one address, sorted.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The one.
    pub(crate) live: Option<LiveValue>,
    /// Those that are deleted, each with the reason.
    pub(crate) superfluous: Vec<(LiveValue, &'static str)>,
}

/// How often other resources refer to each live resource, by kind, output and value.
pub(crate) type References = HashMap<(&'static str, &'static str, String), usize>;

/// Sorts the resources that were found at one address.
///
/// The one that needs the fewest changes is kept, and among equals the one that others refer to.
/// What an interrupted replacement left is deleted, and so is what is provably empty. Everything
/// else is for a person to decide.
pub(crate) fn keep(
    address: &Address,
    wanted: &Json,
    found: Vec<LiveValue>,
    kind: &KindInfo,
    references: &References,
    unseen: &Unseen,
) -> Result<Kept, Problem> {
    let (ours, foreign): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|live| live.owner == Owner::Ours);
    if ours.is_empty() {
        return match foreign.into_iter().next() {
            Some(LiveValue { id, owner: Owner::Foreign(lacks), .. }) => {
                Err(Problem::Foreign { address: address.clone(), id, lacks })
            }
            _ => Ok(Kept::default()),
        };
    }
    let ranked = |live: LiveValue| {
        let changes = kind.difference(unseen, &live, wanted);
        (rank(&live, &changes, kind, references), live)
    };
    let mut ranked: Vec<_> = ours.into_iter().map(ranked).collect();
    ranked.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
    let mut ranked = ranked.into_iter();
    let kept = ranked.next().map(|(_, live)| live);
    let mut superfluous = Vec::new();
    let mut stray = Vec::new();
    for (rank, live) in ranked {
        // What has been superseded, or is not in use yet, is history.
        if kind.replacement.how == Replace::Supersede {
            continue;
        }
        let outgoing =
            matches!(kind.replacement.how, Replace::CreateFirst(_)) && rank.immutable > 0;
        if matches!(live.phase, Phase::Leaving(_) | Phase::Retired(_)) {
            superfluous.push((live, "already being deleted"));
        } else if outgoing {
            superfluous.push((live, "left over from an interrupted replacement"));
        } else if live.vacant {
            superfluous.push((live, "an empty duplicate that nothing uses"));
        } else {
            stray.push(live.id);
        }
    }
    if let (false, Some(kept)) = (stray.is_empty(), &kept) {
        stray.insert(0, kept.id.clone());
        return Err(Problem::Twins { address: address.clone(), ids: stray });
    }
    Ok(Kept { live: kept, superfluous })
}

/// How far a live resource is from the desired one; less is nearer.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    going: bool,
    immutable: usize,
    changes: usize,
    unreferenced: usize,
}

fn rank(live: &LiveValue, changes: &[Change], kind: &KindInfo, references: &References) -> Rank {
    let immutable = changes
        .iter()
        .filter(|one| !one.fills() && kind.replacement.immutable.contains(&one.field()))
        .count();
    let referred: usize = kind
        .outputs
        .iter()
        .filter_map(|output| references.get(&(kind.kind, *output, live.output(output)?)))
        .sum();
    Rank {
        going: matches!(live.phase, Phase::Leaving(_) | Phase::Failed(_)),
        immutable,
        changes: changes.len(),
        unreferenced: usize::MAX - referred,
    }
}
