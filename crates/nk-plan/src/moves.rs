//! What stays where another address wants it: it gets that address instead of being removed and
//! made again.
//!
//! Addresses that count, as `subnet.private-2` does, shift when the list they count changes in its
//! middle. The ranges of addresses do not: the subnet that `private-3` wants is there, as
//! `private-2`, and is in use.

use std::collections::BTreeMap;

use nk_model::{Address, Json, KindInfo, LiveValue, Owner, Phase, difference};

/// What became of the resources of one kind.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    /// The addresses that got a resource, each with the one that it had before.
    pub(crate) moved: BTreeMap<Address, Address>,
    /// What was at one of those, and is wanted nowhere.
    pub(crate) displaced: Vec<LiveValue>,
}

/// Gives what is found the addresses that want it. `wanted` are all wanted resources of one kind, as
/// far as what they refer to is known.
pub(crate) fn follow(
    kind: &KindInfo,
    wanted: &[(&Address, Json)],
    found: &mut BTreeMap<Address, Vec<LiveValue>>,
) -> Followed {
    let fits = |spec: &Json, live: &LiveValue| {
        live.owner == Owner::Ours
            && matches!(live.phase, Phase::Ready | Phase::Busy(_))
            && !difference(&live.spec, spec)
                .iter()
                .any(|change| kind.replacement.immutable.contains(&change.field()))
    };
    let fitting = |found: &BTreeMap<Address, Vec<LiveValue>>, address: &Address, spec: &Json| {
        found.get(address).is_some_and(|here| here.iter().any(|live| fits(spec, live)))
    };
    let lacking: Vec<_> =
        wanted.iter().filter(|(address, spec)| !fitting(found, address, spec)).collect();
    let mut followed = Followed::default();
    for (address, spec) in &lacking {
        let own = |other: &Address| wanted.iter().find(|(wanted, _)| *wanted == other);
        let elsewhere =
            found.iter().filter(|(other, _)| other.kind() == kind.kind && other != address);
        // What fits where it is stays there.
        let place = elsewhere.flat_map(|(other, here)| here.iter().map(move |live| (other, live)));
        let place = place.into_iter().find(|(other, live)| {
            fits(spec, live) && own(other).is_none_or(|(_, spec)| !fits(spec, live))
        });
        let Some((other, id)) = place.map(|(other, live)| (other.clone(), live.id.clone())) else {
            continue;
        };
        let here = found.get_mut(&other).expect("it was found there");
        let at = here.iter().position(|live| live.id == id).expect("it was found there");
        let live = LiveValue { address: (*address).clone(), ..here.remove(at) };
        found.entry((*address).clone()).or_default().push(live);
        followed.moved.insert((*address).clone(), other);
    }
    for (address, spec) in lacking {
        if followed.moved.contains_key(*address)
            && let Some(here) = found.get_mut(*address)
        {
            let gone = here.extract_if(.., |live| live.owner == Owner::Ours && !fits(spec, live));
            followed.displaced.extend(gone);
        }
    }
    followed
}
