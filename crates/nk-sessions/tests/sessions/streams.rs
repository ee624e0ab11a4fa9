//! Output that nobody reads, or that finds no room, stops nothing.

use std::{fs::File, process::Stdio};

use nk_tests::terminal::Terminal;

use crate::common::{WHOLE, meanwhile, terminal};

const LINES: [&str; 2] = ["apply --env dev --yes", "apply --env dev --yes --json"];

fn whole() -> Terminal {
    terminal(&[("neuraknot.toml", WHOLE)])
}

/// The lock is gone, and there is nothing left to do.
fn is_done(terminal: &Terminal) {
    meanwhile(terminal, "neuraKnot-dev", |sim| assert_eq!(sim.lock(), None));
    let plan = terminal.nk("plan --env dev --detailed-exitcode").with_code(0);
    assert!(plan.out.contains("Nothing to do"), "{}", plan.out);
}

#[test]
fn nobody_reading_its_output_stops_nothing() {
    for line in LINES {
        let terminal = whole();
        let mut command = terminal.command(line, &[]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {said}");
        is_done(&terminal);
    }
}

#[test]
fn a_full_disk_under_its_output_stops_nothing() {
    for line in LINES {
        let terminal = whole();
        let full = || File::options().write(true).open("/dev/full").unwrap();
        let status = terminal.command(line, &[]).stdout(full()).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(0), "{line}");
        is_done(&terminal);
    }
}
