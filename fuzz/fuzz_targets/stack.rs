//! Any text as a stack file: it is rejected with places inside the text, or it expands to resources
//! whose specifications can be read back unchanged.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nk_stack::{Source, Survey, environments, read};

fuzz_target!(|text: &str| {
    let source = Source { name: "stack.toml".into(), text: text.into() };
    let mut names = environments(&source);
    names.push("dev".into());
    for environment in names {
        let Ok(stack) = read(&source, &environment) else { continue };
        for survey in [Survey::default(), stack.awaited()] {
            let desired = stack.expand(&survey);
            for (address, resource) in &desired.resources {
                let kind = nk_kinds::kind(address.kind()).expect("a known kind");
                let again = (kind.canonical)(&resource.spec).expect("a spec can be read");
                assert_eq!(again, resource.spec, "{address}");
            }
            assert_eq!(desired, stack.expand(&survey));
        }
    }
});
