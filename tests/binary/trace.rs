//! `--trace`, and what `nk graph` draws from it, with the real nk.

use std::{fs, io::Read, process::Stdio, sync::Arc};

use nk_report::read_trace;
use nk_tests::{
    proxy::{Death, Side, Target, Transparent},
    rig::Rig,
    slices,
};
use serde_json::Value as Json;

const STACK: &str = include_str!("../../stacks/neuraknot.toml");

async fn rig() -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", STACK);
    rig
}

fn read(path: &std::path::Path) -> Vec<Json> {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).expect("a JSON array")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_holds_every_step_and_every_call() {
    let rig = rig().await;
    let path = rig.write("run.json", "something older, much longer than what a trace begins with");
    let drawn = |format: &'static str| {
        let rig = &rig;
        async move {
            let line = ["graph", "--run", "run.json", "--format", format];
            rig.nk(&line).await.with_code(0).out
        }
    };
    let planned = rig.nk(&["graph", "--plan", "--env", "dev"]).await.with_code(0);
    assert!(planned.out.contains("create"), "{}", planned.out);

    for line in [
        &["apply", "--env", "dev", "--yes", "--trace", "run.json"][..],
        &["destroy", "--env", "dev", "--yes", "--unprotect", "--trace", "run.json"],
    ] {
        rig.proxy.take();
        let said = rig.nk(line).await.with_code(0);
        let calls = rig.proxy.take();
        let events = read(&path);
        let counts = slices::check(&events);
        // Including those from before the run, and those for the lock.
        assert_eq!(counts["call"], calls.len(), "{counts:?}");
        let steps = said.err.lines().filter(|line| line.contains(" in ")).count();
        assert!(counts["step"] > 40 && counts["step"] <= steps, "{counts:?} of {steps}");
        assert!(counts["longest"] > 1, "{counts:?}");
        let answered = |event: &&Json| {
            event["cat"] == "call" && event["args"]["status"].as_u64().is_some_and(|it| it >= 200)
        };
        assert_eq!(events.iter().filter(answered).count(), calls.len());
        // What changes something belongs to a step, except for the lock.
        let alone = events.iter().filter(|event| event["cat"] == "call" && event["tid"] == 1);
        let alone: Vec<_> = alone.filter_map(|event| event["name"].as_str()).collect();
        let mutating = alone.iter().filter(|name| {
            ["Create", "Delete", "Modify", "Put"].iter().any(|verb| name.contains(verb))
        });
        let others: Vec<_> = mutating.filter(|name| !name.starts_with("SSM:")).collect();
        assert!(others.is_empty() || line[0] == "destroy", "{others:?}");

        let run = read_trace(&fs::read_to_string(&path).unwrap()).unwrap();
        let dot = drawn("dot").await;
        for step in &run.steps {
            assert!(dot.contains(&format!("\"{}\\n", step.address)), "{}: {dot}", step.address);
        }
        assert!(drawn("svg").await.starts_with("<svg "));
        assert!(drawn("mermaid").await.contains("==>"), "the longest chain");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_leaves_a_trace_that_can_be_read() {
    let rig = rig().await;
    let target = Target { name: "ec2:CreateNatGateway".into(), nth: 0 };
    let death = Arc::new(Death::at(target, Side::After));
    rig.proxy.set_rule(Arc::clone(&death) as _);
    let line = ["apply", "--env", "dev", "--yes", "--trace", "run.json"];
    let mut child = rig.command(&line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    death.struck.notified().await;
    child.kill().await.unwrap();
    rig.proxy.quiet().await;
    rig.proxy.set_rule(Arc::new(Transparent));

    let path = rig.write("unused", "").with_file_name("run.json");
    let text = fs::read_to_string(path).unwrap();
    let run = read_trace(&text).unwrap();
    assert_eq!(run.summary, None);
    let done = |kind: &str| {
        let steps = run.steps.iter().filter(|step| step.address.kind() == kind);
        steps.map(|step| step.outcome.as_deref()).collect::<Vec<_>>()
    };
    assert_eq!(done("vpc"), [Some("done")]);
    assert!(done("nat-gateway").iter().all(Option::is_none), "{:?}", done("nat-gateway"));
    let dot = rig.nk(&["graph", "--run", "run.json"]).await.with_code(0).out;
    assert!(dot.contains("under way") && dot.contains("not begun"), "{dot}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_cannot_be_written_is_refused_and_one_that_breaks_off_is_not() {
    let rig = rig().await;
    for path in ["nowhere/run.json", "/dev/full", "."] {
        let refused = rig.nk(&["apply", "--env", "dev", "--yes", "--trace", path]).await;
        let refused = refused.with_code(1);
        assert!(
            refused.err.contains(&format!("cannot write the trace `{path}`")),
            "{}",
            refused.err
        );
        assert_eq!(rig.proxy.take().len(), 0, "nothing is asked, nothing is done");
    }

    // A full disk cannot be timed; a pipe whose reader goes away breaks off just as well.
    let pipe = rig.write("unused", "").with_file_name("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn(move || {
        let mut beginning = [0; 4096];
        fs::File::open(pipe).unwrap().read_exact(&mut beginning).unwrap();
    });
    let said = rig.nk(&["apply", "--env", "dev", "--yes", "--trace", "pipe"]).await.with_code(0);
    reader.join().unwrap();
    assert!(said.err.contains("The trace `pipe` ends early"), "{}", said.err);
    let again = rig.nk(&["plan", "--env", "dev", "--detailed-exitcode"]).await;
    assert_eq!(again.code, Some(0), "everything was done: {}", again.out);

    let not = rig.nk(&["graph", "--run", "stacks/neuraknot.toml"]).await.with_code(1);
    assert!(not.err.contains("cannot read the trace"), "{}", not.err);
}
