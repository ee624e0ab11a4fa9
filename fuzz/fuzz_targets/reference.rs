//! Any text with references: each reference prints as it was read, and substitution changes only
//! the references that it knows a value for.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nk_model::{placeholders, substitute};

fuzz_target!(|text: &str| {
    let Ok(found) = placeholders(text) else {
        assert!(substitute(text, |_| None).is_err());
        return;
    };
    assert_eq!(substitute(text, |_| None).as_deref(), Ok(text));
    for one in &found {
        assert_eq!(placeholders(&one.to_string()), Ok(vec![one.clone()]));
    }
    let filled = substitute(text, |_| Some("value".into())).expect("what was read is well-formed");
    // Two substituted values and the text between them may form a reference by accident.
    if !found.is_empty() && !text.contains("@@") {
        let printed: usize = found.iter().map(|one| one.to_string().len()).sum();
        assert_eq!(filled.len(), text.len() - printed + found.len() * "value".len());
    }
});
