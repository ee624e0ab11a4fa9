//! Two runs at once, and runs that are told to stop.

use std::{
    fs::File,
    io::{ErrorKind, Write},
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use nk_tests::{
    proxy::{Call, Clock, Proxy, Recorded, Rule, Slow, Together, Transparent},
    rig::Rig,
    running::Running,
};
use tokio::{
    io::AsyncReadExt,
    process::Command,
    time::{Instant, sleep, timeout},
};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");
const APPLY: [&str; 4] = ["apply", "--env", "dev", "--yes"];
/// Longer than any test.
const FOR_EVER: Duration = Duration::from_mins(10);

async fn rig() -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
    rig.write("stacks/neuraknot.toml", STACK);
    rig
}

fn makes(call: &Call) -> bool {
    call.changes() && call.service != "ssm"
}

/// The creates that could create a second resource if they were repeated.
const UNGUARDED: [&str; 6] = [
    "AllocateAddress",
    "CreateInternetGateway",
    "CreateUserPool",
    "CreateUserPoolClient",
    "CreateVpc",
    "RegisterTaskDefinition",
];

/// What can be repeated without doing it twice.
fn makes_safely(call: &Call) -> bool {
    makes(call) && !UNGUARDED.contains(&call.operation.as_str())
}

fn makes_a_network(call: &Call) -> bool {
    call.operation == "CreateVpc"
}

fn looks(call: &Call) -> bool {
    call.operation == "DescribeVpcs"
}

fn locks(call: &Call) -> bool {
    call.operation == "PutParameter"
}

fn reads_lock(call: &Call) -> bool {
    call.operation == "GetParameter"
}

fn unlocks(call: &Call) -> bool {
    call.operation == "DeleteParameter"
}

/// The lock is gone, and the same command continues where the run was stopped.
async fn goes_on(rig: &Rig) {
    rig.proxy.set_rule(Arc::new(Transparent));
    let locks = &rig.account().await["parameters"];
    assert_eq!(locks.as_array().unwrap().len(), 0, "the lock is still there: {locks}");
    let _ = rig.nk(&APPLY).await.with_code(0);
    let plan = rig.nk(&["plan", "--env", "dev", "--detailed-exitcode"]).await.with_code(0);
    assert!(plan.out.contains("Nothing to do"), "{}", plan.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_runs_at_once_one_works_and_the_other_names_it() {
    let rig = rig().await;
    let slow = Arc::new(Slow::new(makes, Duration::from_millis(200)));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut first = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;

    // The second uses another proxy, so that its calls can be distinguished.
    let way = Proxy::start(&rig.emulator, Arc::new(Transparent)).await.unwrap();
    let mut command = rig.command(&APPLY);
    command.env("AWS_ENDPOINT_URL", &way.endpoint);
    let mut second = Running::start(command);
    assert_eq!(second.ends().await, Some(1), "{}", second.said);
    for word in ["another run holds the lock", "nk apply --env dev", "process", "since"] {
        assert!(second.said.contains(word), "no `{word}` in:\n{}", second.said);
    }
    let changes: Vec<_> =
        way.take().iter().filter(|call| call.changes).map(Recorded::name).collect();
    assert_eq!(changes, ["ssm:PutParameter"]);

    rig.proxy.set_rule(Arc::new(Transparent));
    assert_eq!(first.ends().await, Some(0), "{}", first.said);
    goes_on(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_finishes_what_is_under_way() {
    let rig = rig().await;
    let slow = Arc::new(Slow::new(makes, Duration::from_millis(300)));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut run = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;
    run.signal("-INT").await;
    assert_eq!(run.ends().await, Some(130), "{}", run.said);
    assert!(run.said.contains("created in"), "what was done is not told:\n{}", run.said);
    goes_on(&rig).await;
}

/// Stops a run in which these calls do not end, once it has done something; returns its output and
/// how long it took after the last signal.
async fn stop(rig: &Rig, calls: fn(&Call) -> bool, signals: &[&str]) -> (String, Duration) {
    let slow = Arc::new(Slow::new(calls, FOR_EVER));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut run = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;
    run.says("created in").await;
    let (last, before) = signals.split_last().unwrap();
    for signal in before {
        run.signal(signal).await;
        run.says("interrupted").await;
    }
    run.signal(last).await;
    let told = Instant::now();
    let ended = timeout(Duration::from_secs(20), run.ends()).await.expect("it ends");
    assert_eq!(ended, Some(130), "{}", run.said);
    // It has reported its steps, and prints the summary.
    let done = run.said.matches("created in").count();
    let summary = format!("Interrupted: {done} step");
    assert!(run.said.contains(&summary), "no `{summary}` in:\n{}", run.said);
    (run.said, told.elapsed())
}

/// The time that a CI runner leaves between its second signal and the last.
const GRACE: Duration = Duration::from_millis(2500);

#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_a_terminate_and_a_closed_terminal_wait_for_nothing() {
    let rig = rig().await;
    for signals in [&["-INT", "-INT"][..], &["-TERM"], &["-INT", "-TERM"], &["-HUP"]] {
        rig.reset().await;
        let (said, took) = stop(&rig, makes_safely, signals).await;
        assert!(took < GRACE, "{signals:?} took {took:?}");
        // The lock is free, or, on a machine too busy for that, the run has said that it is not.
        if ["the lock is kept", "could not release the lock"].iter().any(|it| said.contains(it)) {
            let _ = rig.nk(&["unlock", "--env", "dev"]).await.with_code(0);
        }
        goes_on(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_is_cut_off_keeps_the_next_run_out_until_it_must_show() {
    let rig = rig().await;
    let (said, took) = stop(&rig, makes_a_network, &["-INT", "-INT"]).await;
    assert!(took < GRACE, "it took {took:?}");
    assert!(said.contains("the lock is kept"), "{said}");
    rig.proxy.set_rule(Arc::new(Transparent));
    let refused = rig.nk(&APPLY).await.with_code(1);
    assert!(refused.err.contains("another run holds the lock"), "{}", refused.err);
    rig.proxy.set_rule(Arc::new(Clock { ahead: 0, old: 1 }));
    let _ = rig.nk(&APPLY).await.with_code(0);
    goes_on(&rig).await;
}

/// Sends a run two signals once a call of this sort is held, and expects that it ends in time.
async fn stop_at(rig: &Rig, calls: fn(&Call) -> bool) -> String {
    let slow = Arc::new(Slow::new(calls, FOR_EVER));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut run = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;
    run.signal("-INT").await;
    run.signal("-TERM").await;
    let ended = timeout(GRACE, run.ends()).await.expect("it ends");
    assert!(matches!(ended, Some(1 | 130)), "{ended:?}: {}", run.said);
    run.said
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_taking_the_lock_nor_giving_it_back_outlasts_a_second_signal() {
    let rig = rig().await;
    let said = stop_at(&rig, locks).await;
    assert!(said.contains("interrupted before the first step"), "{said}");
    goes_on(&rig).await;
    let said = stop_at(&rig, unlocks).await;
    assert!(said.contains("could not release the lock"), "{said}");
}

/// A stream that accepts nothing, because its reader does not read; and that reader.
fn stuck() -> (Stdio, UnixStream) {
    let (mut stream, reader) = UnixStream::pair().unwrap();
    stream.set_nonblocking(true).unwrap();
    let full = std::iter::repeat_with(|| stream.write(&[0; 4096])).find_map(Result::err);
    assert_eq!(full.unwrap().kind(), ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
    (OwnedFd::from(stream).into(), reader)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_read_on_keeps_no_lock() {
    let rig = rig().await;
    let json = ["apply", "--env", "dev", "--yes", "--json"];
    // It is blocked while reporting its steps, or while printing the plan.
    for (arguments, calls, is_data) in
        [(&APPLY[..], makes_safely as fn(&Call) -> bool, false), (&json, locks, true)]
    {
        rig.reset().await;
        let slow = Arc::new(Slow::new(calls, if is_data { Duration::ZERO } else { FOR_EVER }));
        rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
        let (stream, _reader) = stuck();
        let mut command = rig.command(arguments);
        let command = if is_data {
            command.stdout(stream).stderr(Stdio::null())
        } else {
            command.stdout(Stdio::null()).stderr(stream)
        };
        let mut child = command.spawn().unwrap();
        slow.begun.notified().await;
        if is_data {
            // Nothing shows when it has planned.
            sleep(Duration::from_secs(3)).await;
        }
        let id = child.id().unwrap().to_string();
        for signal in ["-INT", "-TERM"] {
            assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
        }
        let ended = timeout(GRACE, child.wait()).await.expect("it ends").unwrap();
        assert_eq!(ended.code(), Some(130), "{arguments:?}");
        goes_on(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_is_closed_leaves_the_lock_free() {
    let rig = rig().await;
    let slow = Arc::new(Slow::new(makes_safely, FOR_EVER));
    rig.proxy.set_rule(slow);
    let run = rig.command(&APPLY);
    let run = run.as_std();
    let mut script = rig.script("hangup.py");
    script.arg("created in").arg(run.get_program()).args(run.get_args());
    script.current_dir(run.get_current_dir().unwrap()).env_clear().env("TERM", "xterm");
    script.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = timeout(Duration::from_mins(1), script.output()).await.expect("it ends").unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "130\n", "{output:?}");
    goes_on(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_while_it_reads_gives_the_lock_back() {
    let rig = rig().await;
    let slow = Arc::new(Slow::new(looks, FOR_EVER));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut run = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;
    run.signal("-INT").await;
    // The looks are held forever; releasing the lock may take a moment on a busy machine.
    let ended = timeout(Duration::from_secs(20), run.ends()).await.expect("it ends");
    assert_eq!(ended, Some(130), "{}", run.said);
    goes_on(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reading_its_output_stops_nothing() {
    let rig = rig().await;
    for arguments in [&APPLY[..], &["apply", "--env", "dev", "--yes", "--json"]] {
        rig.reset().await;
        let mut command = rig.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
        assert_eq!(child.wait().await.unwrap().code(), Some(0), "{arguments:?}: {said}");
        goes_on(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_its_output_stops_nothing() {
    let rig = rig().await;
    for arguments in [&APPLY[..], &["apply", "--env", "dev", "--yes", "--json"]] {
        rig.reset().await;
        let full = || File::options().write(true).open("/dev/full").unwrap();
        let mut command = rig.command(arguments);
        let status = command.stdout(full()).stderr(full()).status().await.unwrap();
        assert_eq!(status.code(), Some(0), "{arguments:?}");
        goes_on(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_loses_patience_finds_the_lock_released() {
    let rig = rig().await;
    let slow = Arc::new(Slow::new(makes_safely, FOR_EVER));
    // Not every runner is as close to AWS as AWS's own.
    let far = Slow::new(|call| reads_lock(call) || unlocks(call), Duration::from_millis(500));
    let rules = vec![Arc::clone(&slow) as Arc<dyn Rule>, Arc::new(far)];
    rig.proxy.set_rule(Arc::new(Together(rules)));
    let mut run = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;
    run.says("creating").await;
    // What GitHub's runner does when a workflow is cancelled.
    run.signal("-INT").await;
    sleep(Duration::from_millis(7500)).await;
    run.signal("-TERM").await;
    let ended = timeout(GRACE, run.ends()).await.expect("it ends before it would be killed");
    assert_eq!(ended, Some(130), "{}", run.said);
    assert!(run.said.contains("Interrupted: "), "what was done is not told:\n{}", run.said);
    goes_on(&rig).await;
}
