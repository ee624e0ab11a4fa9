//! Resources that keep their place at another address: they get the new address instead of being
//! deleted and created again.
//!
//! Addresses with a number, such as `subnet.private-2`, shift when the list that they count changes
//! in the middle. The ranges of addresses do not: the subnet that `private-3` asks for exists as
//! `private-2`, and is in use.

use std::collections::BTreeMap;

use nk_model::{Address, Json, KindInfo, LiveValue, Owner, Phase, difference};

/// The resources of one kind that get another address.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    /// The addresses that received a resource, each with the address that the resource had before.
    pub(crate) moved: BTreeMap<Address, Address>,
    /// What was at one of those addresses and is desired nowhere.
    pub(crate) displaced: Vec<LiveValue>,
}

/// Gives found resources the addresses that ask for them. `wanted` are all desired resources of one
/// kind, with the references resolved that are known.
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
        // A resource that fits its own address keeps it.
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
