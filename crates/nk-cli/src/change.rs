//! What apply and destroy share: the lock around a run, and the run itself.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use nk_engine::{Cloud, Holder, Lease, Provider, Run, Stop, execute, guards};
use nk_model::{Action, Desired, Guard, LiveValue, Outcome, Plan, Step, Summary};
use nk_report::Console;
use tokio::sync::{mpsc, watch};

use crate::{
    arguments::{Global, RunArguments},
    commands::cost,
    errors::Error,
    exit::Exit,
    holder,
    output::Output,
    session::Session,
    signals,
    trace::Tracer,
};

/// The lock, and what signals have said since before it was taken.
pub(crate) struct Hold<C: Cloud> {
    lease: Lease<C>,
    told: watch::Receiver<Stop>,
}

/// Takes the lock.
pub(crate) async fn lock<C: Cloud>(cloud: &Arc<C>, command: &str) -> Result<Hold<C>, Error> {
    let told = signals::watch();
    let mine: Holder = holder::myself(command);
    let lease =
        Lease::acquire(Arc::clone(cloud), mine, holder::wall_clock()).await.map_err(Error::Lock)?;
    Ok(Hold { lease, told })
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
        let released = self.lease.release().await;
        let exit = result?;
        released.map_err(|error| Error::Cloud(vec![error]))?;
        Ok(exit)
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
    let cost = cost::line(&session.stack, &plan, desired);
    let calls = session.cloud.calls();
    Output::new(global).plan(&session.place, &plan, &cost, calls, began.elapsed());
    Ok(plan)
}

/// The plan of this moment, if it does the same to the same as the one that a person has agreed to.
pub(crate) async fn agreed(
    shown: &Plan,
    planning: impl Future<Output = Result<Plan, Error>>,
) -> Result<Plan, Error> {
    let deeds = |plan: &Plan| -> Vec<_> {
        let deed = |step: &Step| (step.address.clone(), step.action, step.changes.clone());
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
    let summary = run(session, plan, hold, arguments.places(), console, tracer).await;
    output.summary(&summary, session.cloud.calls(), before);
    exit(&summary)
}

/// Runs a plan under the lock, telling about it.
async fn run<P: Provider>(
    session: &Session<P>,
    plan: Plan,
    hold: &Hold<P>,
    parallelism: usize,
    console: Console,
    tracer: &Tracer,
) -> Summary {
    let lesson = session.history.lesson(&plan);
    tracer.plan(&plan);
    let (events, happening) = mpsc::unbounded_channel();
    let (passed, told) = mpsc::unbounded_channel();
    let (stop_sender, stop) = watch::channel(Stop::Go);
    let (told_to, ousted) = (hold.told.clone(), hold.lease.ousted());
    let watching = tokio::spawn(signals::or_ousted(told_to, ousted, stop_sender));
    let telling = tokio::spawn(console.follow(told));
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
    // The console ends when the last sender has gone; what it could not print is no reason to fail.
    let _ = telling.await;
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

/// Refuses a plan that removes for good what something guards.
pub(crate) async fn unguarded<C: Cloud>(cloud: &C, plan: &Plan) -> Result<(), Error> {
    let guards = guarded(cloud, plan).await?;
    if guards.is_empty() { Ok(()) } else { Err(Error::Kept(guards)) }
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
