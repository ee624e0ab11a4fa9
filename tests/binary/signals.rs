//! Two runs at once, and runs that are told to stop.

use std::{fs::File, process::Stdio, sync::Arc, time::Duration};

use nk_tests::{
    proxy::{Call, Proxy, Recorded, Rule, Slow, Transparent},
    rig::Rig,
    running::Running,
};
use tokio::{
    io::AsyncReadExt,
    time::{Instant, sleep, timeout},
};

const STACK: &str = include_str!("../../stacks/neuraknot.toml");
const APPLY: [&str; 4] = ["apply", "--env", "dev", "--yes"];
/// Longer than any test lasts.
const FOR_EVER: Duration = Duration::from_mins(10);

async fn rig(instance: &str) -> Rig {
    let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto", instance).await;
    rig.write("stacks/neuraknot.toml", STACK);
    rig
}

fn makes(call: &Call) -> bool {
    call.changes() && call.service != "ssm"
}

fn looks(call: &Call) -> bool {
    call.operation == "DescribeVpcs"
}

/// The lock is gone, and the same command goes on from where the run was stopped.
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
    let rig = rig("two").await;
    let slow = Arc::new(Slow::new(makes, Duration::from_millis(200)));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut first = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;

    // The second goes another way, so that its calls are told apart.
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
    let rig = rig("interrupt").await;
    let slow = Arc::new(Slow::new(makes, Duration::from_millis(300)));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut run = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;
    run.signal("-INT").await;
    assert_eq!(run.ends().await, Some(130), "{}", run.said);
    assert!(run.said.contains("created in"), "what was done is not told:\n{}", run.said);
    goes_on(&rig).await;
}

/// Stops a run whose calls do not end, and says how long it took after the last signal.
async fn stop(rig: &Rig, signals: &[&str]) -> Duration {
    let slow = Arc::new(Slow::new(makes, FOR_EVER));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut run = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;
    run.says("creating").await;
    let (last, before) = signals.split_last().unwrap();
    for signal in before {
        run.signal(signal).await;
        run.says("interrupted").await;
    }
    run.signal(last).await;
    let told = Instant::now();
    let ended = timeout(Duration::from_secs(20), run.ends()).await.expect("it ends");
    assert_eq!(ended, Some(130), "{}", run.said);
    told.elapsed()
}

/// What a CI runner gives between its second signal and the last.
const GRACE: Duration = Duration::from_millis(2500);

#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_a_terminate_and_a_closed_terminal_wait_for_nothing() {
    let rig = rig("terminate").await;
    for signals in [&["-INT", "-INT"][..], &["-TERM"], &["-INT", "-TERM"], &["-HUP"]] {
        rig.reset().await;
        let took = stop(&rig, signals).await;
        assert!(took < GRACE, "{signals:?} took {took:?}");
        goes_on(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_while_it_reads_gives_the_lock_back() {
    let rig = rig("reading").await;
    let slow = Arc::new(Slow::new(looks, FOR_EVER));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
    let mut run = Running::start(rig.command(&APPLY));
    slow.begun.notified().await;
    run.signal("-INT").await;
    // The looks are held for ever; giving the lock back may take a moment on a busy machine.
    let ended = timeout(Duration::from_secs(20), run.ends()).await.expect("it ends");
    assert_eq!(ended, Some(130), "{}", run.said);
    goes_on(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reading_its_output_stops_nothing() {
    let rig = rig("closed").await;
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
    let rig = rig("full").await;
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
    let rig = rig("runner").await;
    let slow = Arc::new(Slow::new(makes, FOR_EVER));
    rig.proxy.set_rule(Arc::clone(&slow) as Arc<dyn Rule>);
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
