//! `--trace`.

use std::{fs, io::Read, process::Command, thread};

use nk_report::read_trace;
use nk_tests::{slices, terminal::Terminal};
use serde_json::Value as Json;

use crate::common::{WHOLE, meanwhile, terminal};

fn whole() -> Terminal {
    terminal(&[("neuraknot.toml", WHOLE)])
}

#[test]
fn a_trace_holds_every_step_and_every_call() {
    let terminal = whole();
    terminal.write("run.json", "something older, much longer than what a trace begins with");
    for line in ["apply --env dev --yes", "destroy --env dev --yes --unprotect"] {
        let said = terminal.nk(&format!("{line} --trace run.json")).with_code(0);
        let text = fs::read_to_string(terminal.path("run.json")).unwrap();
        let events: Vec<Json> = serde_json::from_str(&text).expect("a JSON array");
        let counts = slices::check(&events);
        // Among them those from before the run, and those for the lock; one of those gives it back
        // once they have been counted.
        let told = said.err.lines().find_map(|line| line.strip_suffix(" calls.")).unwrap();
        let told: usize = told.rsplit(' ').next().unwrap().parse().unwrap();
        let releasing = counts["call"] - told;
        assert!((1..=2).contains(&releasing), "{counts:?}, {told} told");
        assert_eq!(counts["step"], 54, "{counts:?}");
        assert!(counts["longest"] > 1, "{counts:?}");
        let run = read_trace(&text).unwrap();
        let dot = terminal.nk("graph --run run.json").with_code(0).out;
        for step in &run.steps {
            assert!(dot.contains(&format!("\"{}\\n", step.address)), "{}: {dot}", step.address);
        }
    }
}

#[test]
fn a_trace_that_cannot_be_written_is_refused_and_one_that_breaks_off_is_not() {
    let terminal = whole();
    for path in ["nowhere/run.json", "/dev/full", "."] {
        let refused = terminal.nk(&format!("apply --env dev --yes --trace {path}")).with_code(1);
        let told = format!("cannot write the trace `{path}`");
        assert!(refused.err.contains(&told), "{}", refused.err);
        let cloud = terminal.path("clouds/neuraKnot-dev.json");
        assert!(!cloud.exists(), "nothing is asked, nothing is done");
    }

    // A disk fills up when it wants; a pipe whose reader goes away breaks off just as well.
    let pipe = terminal.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = thread::spawn(move || {
        let mut beginning = [0; 4096];
        fs::File::open(pipe).unwrap().read_exact(&mut beginning).unwrap();
    });
    let said = terminal.nk("apply --env dev --yes --trace pipe").with_code(0);
    reader.join().unwrap();
    assert!(said.err.contains("The trace `pipe` ends early"), "{}", said.err);
    let again = terminal.nk("plan --env dev --detailed-exitcode").with_code(0);
    assert!(again.out.contains("Nothing to do"), "everything was done: {}", again.out);
    meanwhile(&terminal, "neuraKnot-dev", |sim| assert_eq!(sim.lock(), None));
}
