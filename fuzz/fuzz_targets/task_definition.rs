//! Two task definitions, one live and one desired, as JSON: the canonical form is a fixed point,
//! and if there is no difference between the two, they are equal in every field that the desired
//! one sets.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nk_model::{Json, difference};

/// The desired one, with the fields that it leaves to AWS taken from the live one.
fn completed(wanted: &Json, live: &Json) -> Json {
    match (wanted, live) {
        (Json::Null, live) => live.clone(),
        (Json::Object(wanted), Json::Object(live)) => {
            let complete = |(name, value): (&String, &Json)| {
                (name.clone(), completed(value, live.get(name).unwrap_or(&Json::Null)))
            };
            wanted.iter().map(complete).collect()
        }
        _ => wanted.clone(),
    }
}

fuzz_target!(|text: &str| {
    let Ok([live, wanted]) = serde_json::from_str::<[Json; 2]>(text) else { return };
    let kind = nk_kinds::kind("task-definition").expect("a known kind");
    let canonical = |spec: &Json| (kind.canonical)(spec).ok();
    let (Some(live), Some(wanted)) = (canonical(&live), canonical(&wanted)) else { return };
    for spec in [&live, &wanted] {
        assert_eq!(canonical(spec).as_ref(), Some(spec));
        assert_eq!(difference(spec, spec), []);
        (kind.bindings)(spec).expect("what could be read can be read again");
    }
    let same = completed(&wanted, &live) == live;
    assert_eq!(difference(&live, &wanted).is_empty(), same);
});
