//! What apply and destroy share: the lock around a run, and the run itself.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use nk_engine::{Cloud, Holder, Lease, Provider, Released, Run, Stop, execute, guards};
use nk_model::{Action, Desired, Event, Guard, LiveValue, Outcome, Plan, Step, Summary};
use nk_plan::Permission;
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::timeout,
};

use crate::{
    arguments::{Global, RunArguments},
    clock,
    commands::cost,
    errors::Error,
    exit::Exit,
    holder,
    output::Output,
    session::Session,
    signals::{self, Patience, Told},
    trace::Tracer,
};

/// How long taking the lock, or giving it back, may take once a signal has come. CI runners kill two
/// and a half seconds after they have asked a second time.
const LOCK: Patience =
    Patience { draining: Duration::from_secs(10), aborting: Duration::from_millis(2300) };
/// How long printing the last of a run may take once a signal has come: whoever has not read on by
/// then does not read.
const LAST_WORDS: Patience =
    Patience { draining: Duration::from_secs(2), aborting: Duration::from_millis(1500) };

/// The lock, and what signals have said since before it was taken.
pub(crate) struct Hold<C: Cloud> {
    lease: Lease<C>,
    told: watch::Receiver<Told>,
}

/// Takes the lock. A signal leaves it as much time as it takes to learn whether it was had.
pub(crate) async fn lock<C: Cloud>(cloud: &Arc<C>, command: &str) -> Result<Hold<C>, Error> {
    let told = signals::watch();
    let mine: Holder = holder::myself(command);
    let acquiring = Lease::acquire(Arc::clone(cloud), mine, clock::wall());
    match signals::within(&told, LOCK, acquiring).await {
        Some(lease) => Ok(Hold { lease: lease.map_err(Error::Lock)?, told }),
        None => Err(Error::Interrupted),
    }
}

impl<C: Cloud> Hold<C> {
    /// Does what comes before the run, unless a signal ends it: there is nothing to finish yet.
    pub(crate) async fn prepare<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            () = signals::stopped(self.told.clone()) => Err(Error::Interrupted),
            done = work => done,
        }
    }

    /// Gives the lock back and keeps the first thing that went wrong.
    pub(crate) async fn finish(self, result: Result<Exit, Error>) -> Result<Exit, Error> {
        let Self { lease, told } = self;
        let releasing = signals::within(&told, LOCK, lease.release());
        let released = timeout(LOCK.draining, releasing).await.ok().flatten();
        let exit = result?;
        match released {
            Some(Ok(Released::Free)) => Ok(exit),
            Some(Ok(Released::Left)) => Err(Error::Unsettled { exit }),
            Some(Err(error)) => Err(Error::Unreleased { error: Some(error), exit }),
            None => Err(Error::Unreleased { error: None, exit }),
        }
    }
}

/// Runs a command with the trace that it is asked for, which is closed whatever comes of it.
pub(crate) async fn traced(
    global: &Global,
    arguments: &RunArguments,
    command: impl AsyncFnOnce(&Tracer) -> Result<Exit, Error>,
) -> Result<Exit, Error> {
    let tracer = Tracer::open(arguments.trace.as_deref())?;
    let result = command(&tracer).await;
    tracer.close(&Output::new(global)).await;
    result
}

/// Makes a plan that ends with what is desired, and shows it with what that does to the cost.
pub(crate) async fn show<P: Provider>(
    session: &Session<P>,
    global: &Global,
    desired: &Desired,
    planning: impl Future<Output = Result<Plan, Error>>,
) -> Result<Plan, Error> {
    let began = Instant::now();
    let plan = planning.await?;
    let cost = cost::of_plan(&session.stack, &plan, desired);
    let calls = session.cloud.calls();
    let (output, place, shown) = (Output::new(global), session.place.clone(), plan.clone());
    // Whoever does not read on must not keep signals from being heard.
    let print = move || output.plan(&place, &shown, cost, calls, began.elapsed());
    let _ = spawn_blocking(print).await;
    Ok(plan)
}

/// The plan of this moment, if it does the same to the same as the one that a person has agreed to.
pub(crate) async fn agreed(
    shown: &Plan,
    planning: impl Future<Output = Result<Plan, Error>>,
) -> Result<Plan, Error> {
    let deeds = |plan: &Plan| -> Vec<_> {
        let deed =
            |step: &Step| (step.address.clone(), step.action, step.part, step.changes.clone());
        plan.steps.iter().map(deed).collect()
    };
    let plan = planning.await?;
    if deeds(&plan) == deeds(shown) { Ok(plan) } else { Err(Error::Overtaken) }
}

/// Runs a plan under the lock, and says what came of it.
pub(crate) async fn carry_out<P: Provider>(
    session: &Session<P>,
    global: &Global,
    arguments: &RunArguments,
    plan: Plan,
    hold: &Hold<P>,
    tracer: &Tracer,
) -> Exit {
    let output = Output::new(global);
    let console = output.console(&plan, global.verbose > 0);
    let before = session.cloud.calls();
    let (events, told) = mpsc::unbounded_channel();
    let telling = spawn_blocking(move || Handle::current().block_on(console.follow(told)));
    let summary = run(session, plan, hold, arguments.places(), events, tracer).await;
    let exit = exit(&summary);
    let calls = session.cloud.calls();
    let telling = async {
        // The console ends when the last sender has gone; what it could not print is no reason to
        // fail.
        let _ = telling.await;
        let _ = spawn_blocking(move || output.summary(&summary, calls, before)).await;
    };
    signals::within(&hold.told, LAST_WORDS, telling).await;
    exit
}

/// Runs a plan under the lock, telling about it; the events pass the tracer on their way.
async fn run<P: Provider>(
    session: &Session<P>,
    plan: Plan,
    hold: &Hold<P>,
    parallelism: usize,
    passed: mpsc::UnboundedSender<Event>,
    tracer: &Tracer,
) -> Summary {
    let lesson = session.history.lesson(&plan);
    tracer.plan(&plan);
    let (events, happening) = mpsc::unbounded_channel();
    let (stop_sender, stop) = watch::channel(Stop::Go);
    let (told_to, ousted) = (hold.told.clone(), hold.lease.ousted());
    let watching = tokio::spawn(signals::or_ousted(told_to, ousted, stop_sender));
    let run = Run {
        registry: nk_kinds::kind,
        parallelism,
        every: session.history.every(),
        events,
        stop,
        gate: hold.lease.gate(),
        unseen: Arc::new(session.unseen.clone()),
        speed: session.speed,
    };
    let executing = execute(Arc::clone(&session.cloud), plan, run);
    let (summary, ()) = tokio::join!(executing, tracer.follow(happening, passed));
    watching.abort();
    session.history.learn(&lesson, &summary);
    summary
}

/// The exit that a summary stands for.
fn exit(summary: &Summary) -> Exit {
    match summary.outcome {
        Outcome::Done => Exit::Done,
        Outcome::Partial if summary.finished == 0 => Exit::Failed,
        Outcome::Partial => Exit::Partial,
        Outcome::Interrupted => Exit::Interrupted,
        Outcome::Ousted => Exit::Failed,
    }
}

/// What guards the resources that a plan removes for good.
pub(crate) async fn guarded<C: Cloud>(cloud: &C, plan: &Plan) -> Result<Vec<Guard>, Error> {
    guards(cloud, &going(plan)).await.map_err(|error| Error::Cloud(vec![error]))
}

/// The plan for what the stack file asks for, unless it would remove for good what something guards.
/// What is in `remove` may go although it cannot be made again.
pub(crate) async fn planned<P: Provider>(
    session: &Session<P>,
    remove: &[String],
    places: usize,
) -> Result<Plan, Error> {
    let (desired, observed) = session.observe().await?;
    let permission = Permission { remove: remove.to_vec(), unseen: session.unseen.clone() };
    let mut plan =
        nk_plan::plan(&desired, &observed, nk_kinds::kind, &permission).map_err(Error::Plan)?;
    // At the same time: nothing may make reading AWS a round trip longer.
    let (guards, note) =
        tokio::join!(guarded(&*session.cloud, &plan), session.count_addresses(&plan));
    let guards = guards?;
    if !guards.is_empty() {
        return Err(Error::Kept(guards));
    }
    plan.notes.extend(note);
    let windows = session.stack.window_notes(Some(&plan));
    plan.notes.extend(windows);
    session.time(&mut plan, places);
    Ok(plan)
}

/// The resources that a plan removes.
pub(crate) fn going(plan: &Plan) -> Vec<LiveValue> {
    let removed = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Destroy | Action::ReplaceDestroy))
        .filter_map(|step| step.live.clone());
    // By address, so that the list reads the same every time.
    removed
        .map(|live| (live.address.clone(), live))
        .collect::<BTreeMap<_, _>>()
        .into_values()
        .collect()
}
