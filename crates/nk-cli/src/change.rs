//! What apply and destroy have in common: the confirmation, the lock around a run, and the run
//! itself.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use nk_engine::{Cloud, Holder, Lease, Provider, Released, Run, Stop, execute};
use nk_model::{Event, Outcome, Plan, Step, Summary};
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::timeout,
};

use crate::{
    advice,
    arguments::{Global, RunArguments},
    clock,
    errors::Error,
    exit::Exit,
    holder,
    output::Output,
    planning::Planned,
    pricing, prompt,
    session::Session,
    signals::{self, Patience, Told},
    trace::Tracer,
};

/// How long taking or releasing the lock may take after a signal. CI runners kill two and a half
/// seconds after the second signal.
const LOCK: Patience =
    Patience { draining: Duration::from_secs(10), aborting: Duration::from_millis(2300) };
/// How long printing the end of a run may take after a signal: a reader that has not read it by
/// then does not read.
const LAST_WORDS: Patience =
    Patience { draining: Duration::from_secs(2), aborting: Duration::from_millis(1500) };

/// The lock, and the signals since before it was taken.
struct Hold<C: Cloud> {
    lease: Lease<C>,
    told: watch::Receiver<Told>,
}

/// Takes the lock. After a signal there is enough time left to learn whether it was taken.
async fn lock<C: Cloud>(cloud: &Arc<C>, command: &str) -> Result<Hold<C>, Error> {
    let told = signals::watch();
    let mine: Holder = holder::myself(command);
    let acquiring = Lease::acquire(Arc::clone(cloud), mine, clock::wall());
    match signals::within(&told, LOCK, acquiring).await {
        Some(lease) => Ok(Hold { lease: lease?, told }),
        None => Err(Error::Interrupted),
    }
}

impl<C: Cloud> Hold<C> {
    /// Does what comes before the run, unless a signal ends it: there is nothing to finish yet.
    async fn prepare<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        tokio::select! {
            () = signals::stopped(self.told.clone()) => Err(Error::Interrupted),
            done = work => done,
        }
    }

    /// Releases the lock, and returns the first error.
    async fn finish(self, result: Result<Exit, Error>) -> Result<Exit, Error> {
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

/// What differs between the commands that change something.
pub(crate) trait Change<P: Provider> {
    /// Such as `nk apply`.
    const COMMAND: &'static str;

    /// Its arguments.
    fn arguments(&self) -> &RunArguments;

    /// The question before this environment is changed, and the answer that confirms it.
    fn question<'a>(&self, environment: &'a str) -> (String, &'a str);

    /// Reads the stack file and connects.
    async fn begin(&self, global: &Global) -> Result<Session<P>, Error>;

    /// Plans, unless something guards what would be deleted.
    async fn plan(&self, session: &Session<P>) -> Result<Planned, Error>;

    /// Does what is necessary before a plan that is made under the lock.
    async fn before_plan(&self, _: &mut Session<P>) -> Result<(), Error> {
        Ok(())
    }

    /// Does what is necessary before a plan is run.
    async fn before_run(&self, _: &Session<P>, _: &Plan) -> Result<(), Error> {
        Ok(())
    }

    /// Does what remains after everything is done.
    async fn after_run(&self, _: &Session<P>) -> Result<(), Error> {
        Ok(())
    }
}

/// Plans, asks, and runs the plan, with a trace if one is wanted, which is closed in any case.
pub(crate) async fn change<P: Provider, C: Change<P>>(
    global: &Global,
    change: C,
) -> Result<Exit, Error> {
    let tracer = Tracer::open(change.arguments().trace.as_deref())?;
    let result = asked(global, &change, &tracer).await;
    tracer.close(&Output::new(global)).await;
    result
}

async fn asked<P: Provider, C: Change<P>>(
    global: &Global,
    change: &C,
    tracer: &Tracer,
) -> Result<Exit, Error> {
    let mut session = change.begin(global).await?;
    let environment = session.stack.id.environment.clone();
    let command = format!("{} --env {environment}", C::COMMAND);
    tracer.listen(command.clone(), &*session.cloud);
    let mut shown = None;
    // With `--yes` the lock comes first: a plan that is made under it cannot become outdated.
    if !change.arguments().yes {
        let plan = show(&session, global, change.plan(&session)).await?;
        if plan.is_empty() {
            return Ok(Exit::Done);
        }
        let (question, agreement) = change.question(&environment);
        if !prompt::confirm(&question, agreement, C::COMMAND)? {
            Output::new(global).line("Nothing was changed.");
            return Ok(Exit::Failed);
        }
        shown = Some(plan);
    }
    let hold = lock(&session.cloud, &command).await?;
    let result = under_lock(&mut session, global, change, &hold, shown, tracer).await;
    hold.finish(result).await
}

/// What remains to be done once the lock is held; `shown` is the plan that a person has confirmed.
async fn under_lock<P: Provider, C: Change<P>>(
    session: &mut Session<P>,
    global: &Global,
    change: &C,
    hold: &Hold<P>,
    shown: Option<Plan>,
    tracer: &Tracer,
) -> Result<Exit, Error> {
    hold.prepare(change.before_plan(session)).await?;
    let session = &*session;
    let planning = change.plan(session);
    let plan = match &shown {
        Some(shown) => hold.prepare(agreed(shown, planning)).await?,
        None => hold.prepare(show(session, global, planning)).await?,
    };
    if !plan.is_empty() {
        hold.prepare(change.before_run(session, &plan)).await?;
        let exit = carry_out(session, global, change.arguments(), plan, hold, tracer).await;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    change.after_run(session).await?;
    Ok(Exit::Done)
}

/// Makes a plan, and shows it with its effect on the cost.
async fn show<P: Provider>(
    session: &Session<P>,
    global: &Global,
    planning: impl Future<Output = Result<Planned, Error>>,
) -> Result<Plan, Error> {
    let began = Instant::now();
    let Planned { plan, desired } = planning.await?;
    let cost = pricing::of_plan(&session.stack, &plan, &desired);
    let calls = session.cloud.calls();
    let (output, place, shown) = (Output::new(global), session.place.clone(), plan.clone());
    // A reader that does not read must not keep signals from being handled.
    let print = move || output.plan(&place, &shown, cost, calls, began.elapsed());
    let _ = spawn_blocking(print).await;
    Ok(plan)
}

/// The current plan, if it does the same as the one that a person has confirmed.
async fn agreed(
    shown: &Plan,
    planning: impl Future<Output = Result<Planned, Error>>,
) -> Result<Plan, Error> {
    let deeds = |plan: &Plan| -> Vec<_> {
        let deed =
            |step: &Step| (step.address.clone(), step.action, step.part, step.changes.clone());
        plan.steps.iter().map(deed).collect()
    };
    let Planned { plan, .. } = planning.await?;
    if deeds(&plan) == deeds(shown) { Ok(plan) } else { Err(Error::Overtaken) }
}

/// Runs a plan under the lock, and reports the result.
async fn carry_out<P: Provider>(
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
        // The console ends when the last sender has gone. What it could not print does not make the
        // run fail.
        let _ = telling.await;
        let _ = spawn_blocking(move || output.summary(&summary, calls, before)).await;
    };
    signals::within(&hold.told, LAST_WORDS, telling).await;
    exit
}

/// Runs a plan under the lock and reports it; the events pass through the tracer.
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
        advice: advice::of,
    };
    let executing = execute(Arc::clone(&session.cloud), plan, run);
    let (summary, ()) = tokio::join!(executing, tracer.follow(happening, passed));
    watching.abort();
    session.history.learn(&lesson, &summary);
    summary
}

/// The exit code for a summary.
fn exit(summary: &Summary) -> Exit {
    match summary.outcome {
        Outcome::Done => Exit::Done,
        Outcome::Partial if summary.finished == 0 => Exit::Failed,
        Outcome::Partial => Exit::Partial,
        Outcome::Interrupted => Exit::Interrupted,
        Outcome::Ousted => Exit::Failed,
    }
}
