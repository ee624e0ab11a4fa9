//! Any JSON as a policy document: its canonical form is a fixed point, and neither the order of
//! statements and lists nor duplicates make a difference.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nk_kinds::PolicyDocument;
use serde_json::Value;

/// The document with the lists reversed whose order has no meaning.
fn turned(value: &Value) -> Value {
    let mut document = value.clone();
    let Some(Value::Array(statements)) = document.get_mut("Statement") else { return document };
    statements.reverse();
    for statement in statements {
        for name in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Some(Value::Array(items)) = statement.get_mut(name) {
                items.reverse();
                let again = items.first().cloned();
                items.extend(again);
            }
        }
    }
    document
}

fuzz_target!(|text: &str| {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let Ok(policy) = PolicyDocument::new(&value) else { return };
    assert_eq!(PolicyDocument::parse(&policy.to_string()).as_ref(), Ok(&policy));
    assert_eq!(PolicyDocument::new(&turned(&value)).as_ref(), Ok(&policy));
});
