//! Two task definitions, one live and one wanted, as the registered JSON of their specs: the
//! canonical form is a fixed point, and no difference between two means that they say the same
//! wherever the wanted one says anything.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nk_model::{Json, difference};

/// What is wanted, with what it leaves to AWS taken from what is live.
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
