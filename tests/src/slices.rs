//! What must hold of every trace.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Checks a trace and returns how many slices of each category it has.
///
/// # Panics
///
/// If slices on one track overlap without one being inside the other, if something ends that has
/// not begun, if a step is left open although the run has ended, or if an arrow is attached to no
/// slice.
pub fn check(events: &[Json]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    // By track: each slice with begin, end and name.
    let mut slices: BTreeMap<u64, Vec<(u64, u64, String)>> = BTreeMap::new();
    let mut open: BTreeMap<u64, Vec<(u64, String)>> = BTreeMap::new();
    let text = |event: &Json, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    for event in events.iter().filter(|event| event["ph"] != "M") {
        let (track, at) = (event["tid"].as_u64().unwrap(), event["ts"].as_u64().unwrap());
        let name = text(event, "name");
        match event["ph"].as_str().unwrap() {
            "B" => open.entry(track).or_default().push((at, name)),
            "E" => {
                let (began, name) = open.entry(track).or_default().pop().expect("it has begun");
                assert!(began <= at, "{name} ends at {at} and begins at {began}");
                slices.entry(track).or_default().push((began, at, name));
            }
            "X" => {
                let end = at + event["dur"].as_u64().unwrap();
                slices.entry(track).or_default().push((at, end, name));
            }
            "i" | "s" | "f" => {}
            other => panic!("{other}: {event}"),
        }
        *counts.entry(text(event, "cat")).or_default() += usize::from(event["ph"] != "E");
    }
    let left: Vec<_> = open.values().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
    for (track, slices) in &mut slices {
        nested(*track, slices);
    }
    for event in events.iter().filter(|event| event["ph"] == "s" || event["ph"] == "f") {
        let (track, at) = (event["tid"].as_u64().unwrap(), event["ts"].as_u64().unwrap());
        let held = slices[&track].iter().any(|(began, end, _)| *began <= at && at <= *end);
        assert!(held, "{event}");
    }
    counts
}

fn nested(track: u64, slices: &mut [(u64, u64, String)]) {
    slices.sort_by(|(a, to, _), (b, until, _)| (a, until).cmp(&(b, to)));
    let mut within: Vec<(u64, String)> = Vec::new();
    for (began, end, name) in slices {
        while within.last().is_some_and(|(outer, _)| outer <= began) {
            within.pop();
        }
        if let Some((outer, around)) = within.last() {
            assert!(*end <= *outer, "on {track}: {name} {began}..{end} leaves {around}, {outer}");
        }
        within.push((*end, name.clone()));
    }
}
