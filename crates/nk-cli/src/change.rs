//! What apply and destroy share: asking, the lock around a run, and the run itself.

use std::{sync::Arc, thread, time::Duration};

use nk_engine::{Cloud, Holder, Lease, Provider, Released, Run, Stop, execute};
use nk_model::{Event, Outcome, Plan, Step, Summary};
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::{Instant, timeout},
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

/// How long taking the lock, or giving it back, may take once a signal has come. CI runners kill two
/// and a half seconds after they have asked a second time.
const LOCK: Patience =
    Patience { draining: Duration::from_secs(10), aborting: Duration::from_millis(2300) };
/// How long printing the last of a run may take once a signal has come: whoever has not read on by
/// then does not read.
const LAST_WORDS: Patience =
    Patience { draining: Duration::from_secs(2), aborting: Duration::from_millis(1500) };

/// The lock, and what signals have said since before it was taken.
struct Hold<C: Cloud> {
    lease: Lease<C>,
    told: watch::Receiver<Told>,
}

/// Takes the lock. A signal leaves it as much time as it takes to learn whether it was had.
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

    /// Gives the lock back and keeps the first thing that went wrong.
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

/// What a command that changes something does in its own way.
pub(crate) trait Change<P: Provider> {
    /// As in `nk apply`.
    const COMMAND: &'static str;

    /// Its arguments.
    fn arguments(&self) -> &RunArguments;

    /// What a person is asked before this environment is changed, and the answer that agrees.
    fn question<'a>(&self, environment: &'a str) -> (String, &'a str);

    /// Reads the stack file and connects.
    async fn begin(&self, global: &Global) -> Result<Session<P>, Error>;

    /// Plans, unless something guards what would go.
    async fn plan(&self, session: &Session<P>) -> Result<Planned, Error>;

    /// Does what a plan takes that is made under the lock.
    async fn before_plan(&self, _: &mut Session<P>) -> Result<(), Error> {
        Ok(())
    }

    /// Does what the run of a plan takes.
    async fn before_run(&self, _: &Session<P>, _: &Plan) -> Result<(), Error> {
        Ok(())
    }

    /// Does what is left once all is done.
    async fn after_run(&self, _: &Session<P>) -> Result<(), Error> {
        Ok(())
    }
}

/// Plans, asks, and runs the plan; with the trace that is asked for, which is closed whatever comes of
/// it.
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
    // With `--yes` the lock comes first: what is planned under it cannot be overtaken.
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

/// What is left to do once the lock is held; `shown` is the plan a person has agreed to.
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

/// Makes a plan, and shows it with what it does to the cost.
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
    // Whoever does not read on must not keep signals from being heard.
    let print = move || output.plan(&place, &shown, cost, calls, began.elapsed());
    let _ = spawn_blocking(print).await;
    Ok(plan)
}

/// The plan of this moment, if it does the same to the same as the one that a person has agreed to.
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

/// Runs a plan under the lock, and says what came of it.
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
    let runtime = Handle::current();
    // A thread of its own: what blocks a thread of the runtime keeps a paused clock from going on.
    let telling = thread::spawn(move || runtime.block_on(console.follow(told)));
    let summary = run(session, plan, hold, arguments.places(), events, tracer).await;
    let exit = exit(&summary);
    let calls = session.cloud.calls();
    let last_words = spawn_blocking(move || {
        // The console ends when the last sender has gone; what it could not print is no reason to
        // fail.
        let _ = telling.join();
        output.summary(&summary, calls, before);
    });
    signals::within(&hold.told, LAST_WORDS, last_words).await;
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
        advice: advice::of,
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
