//! `nk destroy`: removes everything of a stack.

use std::time::Instant;

use nk_engine::{Provider, unprotect};
use nk_model::{Desired, Plan};
use nk_plan::Permission;

use super::cost;
use crate::{
    arguments::{DestroyArguments, Global},
    change::{self, Hold},
    errors::Error,
    exit::Exit,
    output::Output,
    prompt,
    session::Session,
    trace::Tracer,
};

/// Plans the removal, refuses what is guarded, asks, and runs the plan.
pub(crate) async fn destroy<P: Provider>(
    global: &Global,
    arguments: &DestroyArguments,
) -> Result<Exit, Error> {
    let tracer = Tracer::open(arguments.trace.as_deref())?;
    let result = traced::<P>(global, arguments, &tracer).await;
    tracer.close(&Output::new(global)).await;
    result
}

async fn traced<P: Provider>(
    global: &Global,
    arguments: &DestroyArguments,
    tracer: &Tracer,
) -> Result<Exit, Error> {
    let session = Session::<P>::begin(global).await?;
    let environment = session.stack.id.environment.clone();
    let command = format!("nk destroy --env {environment}");
    tracer.listen(command.clone(), &*session.cloud);
    if !arguments.yes {
        let began = Instant::now();
        let plan = planned(&session, arguments).await?;
        let cost = nothing_left(&session, &plan);
        let output = Output::new(global);
        output.plan(&session.place, &plan, &cost, session.cloud.calls(), began.elapsed());
        if plan.is_empty() {
            return Ok(Exit::Done);
        }
        let question = format!("Destroy all this? Type the environment's name, `{environment}`:");
        if !prompt::confirm(&question, &environment, &command)? {
            output.line("Nothing was changed.");
            return Ok(Exit::Failed);
        }
    }
    let hold = change::lock(&session.cloud, &command).await?;
    let result = under_lock(&session, global, arguments, &hold, tracer).await;
    hold.finish(result).await
}

async fn planned<P: Provider>(
    session: &Session<P>,
    arguments: &DestroyArguments,
) -> Result<Plan, Error> {
    let observed = session.observe_all().await?;
    let farewell = session.desired.farewell.clone();
    let nothing = Desired { farewell, ..Desired::nothing(session.stack.id.clone()) };
    let mut plan = nk_plan::plan(&nothing, &observed, nk_kinds::kind, &Permission::everything())
        .map_err(Error::Plan)?;
    session.time(&mut plan, change::places(arguments.parallelism));
    let guards = change::guarded(&*session.cloud, &plan).await?;
    let standing = guards.into_iter().filter(|guard| !(arguments.unprotect && guard.liftable));
    let standing: Vec<_> = standing.collect();
    if standing.is_empty() { Ok(plan) } else { Err(Error::Guarded(standing)) }
}

/// What a destroy does to the monthly cost.
fn nothing_left<P>(session: &Session<P>, plan: &Plan) -> String {
    cost::line(&session.stack, plan, &Desired::nothing(session.stack.id.clone()))
}

async fn under_lock<P: Provider>(
    session: &Session<P>,
    global: &Global,
    arguments: &DestroyArguments,
    hold: &Hold<P>,
    tracer: &Tracer,
) -> Result<Exit, Error> {
    let began = Instant::now();
    let plan = hold.prepare(planned(session, arguments)).await?;
    let cost = nothing_left(session, &plan);
    let output = Output::new(global);
    if arguments.yes {
        output.plan(&session.place, &plan, &cost, session.cloud.calls(), began.elapsed());
    }
    if !plan.is_empty() {
        if arguments.unprotect {
            let lifted = unprotect(&*session.cloud, &change::going(&plan)).await;
            lifted.map_err(|error| Error::Cloud(vec![error]))?;
        }
        let parallelism = change::places(arguments.parallelism);
        let console = output.console(&plan, global.verbose > 0);
        let before = session.cloud.calls();
        let summary = change::run(session, plan, hold, parallelism, console, tracer).await;
        output.summary(&summary, session.cloud.calls(), before);
        if change::exit(&summary) != Exit::Done {
            return Ok(change::exit(&summary));
        }
    }
    if global.local {
        let removed = session.cloud.remove_local_certificate().await;
        removed.map_err(|error| Error::Cloud(vec![error]))?;
    }
    Ok(Exit::Done)
}
