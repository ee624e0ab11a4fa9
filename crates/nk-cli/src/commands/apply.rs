//! `nk apply`: makes AWS match the stack file.

use std::time::Instant;

use nk_engine::Provider;
use nk_model::{Plan, Step};
use nk_plan::Permission;

use super::cost;
use crate::{
    arguments::{ApplyArguments, Global},
    change::{self, Hold},
    errors::Error,
    exit::Exit,
    output::Output,
    prompt,
    session::Session,
    trace::Tracer,
};

/// Plans, asks, and runs the plan.
pub(crate) async fn apply<P: Provider>(
    global: &Global,
    arguments: &ApplyArguments,
) -> Result<Exit, Error> {
    let tracer = Tracer::open(arguments.trace.as_deref())?;
    let result = traced::<P>(global, arguments, &tracer).await;
    tracer.close(&Output::new(global)).await;
    result
}

async fn traced<P: Provider>(
    global: &Global,
    arguments: &ApplyArguments,
    tracer: &Tracer,
) -> Result<Exit, Error> {
    let mut session = Session::<P>::begin(global).await?;
    let command = format!("nk apply --env {}", session.stack.id.environment);
    tracer.listen(command.clone(), &*session.cloud);
    if arguments.yes {
        // The lock first: what is planned under it cannot be overtaken by another run.
        let hold = change::lock(&session.cloud, &command).await?;
        let result = under_lock(&mut session, global, arguments, &hold, None, tracer).await;
        return hold.finish(result).await;
    }
    let began = Instant::now();
    let shown = planned(&session, arguments).await?;
    let cost = cost::line(&session.stack, &shown, &session.desired);
    let output = Output::new(global);
    output.plan(&session.place, &shown, &cost, session.cloud.calls(), began.elapsed());
    if shown.is_empty() {
        return Ok(Exit::Done);
    }
    if !prompt::confirm("Apply these changes? Type `yes`:", "yes", &command)? {
        output.line("Nothing was changed.");
        return Ok(Exit::Failed);
    }
    let hold = change::lock(&session.cloud, &command).await?;
    let result = under_lock(&mut session, global, arguments, &hold, Some(shown), tracer).await;
    hold.finish(result).await
}

async fn planned<P: Provider>(
    session: &Session<P>,
    arguments: &ApplyArguments,
) -> Result<Plan, Error> {
    let observed = session.observe().await?;
    let permission =
        Permission { remove: arguments.remove.clone(), unseen: session.unseen.clone() };
    let mut plan = nk_plan::plan(&session.desired, &observed, nk_kinds::kind, &permission)
        .map_err(Error::Plan)?;
    session.count_addresses(&mut plan).await;
    session.time(&mut plan, change::places(arguments.parallelism));
    change::unguarded(&*session.cloud, &plan).await?;
    Ok(plan)
}

/// What is left to do once the lock is held; `shown` is the plan a person has agreed to.
async fn under_lock<P: Provider>(
    session: &mut Session<P>,
    global: &Global,
    arguments: &ApplyArguments,
    hold: &Hold<P>,
    shown: Option<Plan>,
    tracer: &Tracer,
) -> Result<Exit, Error> {
    let began = Instant::now();
    hold.prepare(session.issue_certificate()).await?;
    let plan = hold.prepare(planned(session, arguments)).await?;
    let cost = cost::line(&session.stack, &plan, &session.desired);
    let output = Output::new(global);
    match &shown {
        Some(shown) if !same(shown, &plan) => return Err(Error::Overtaken),
        Some(_) => {}
        None => output.plan(&session.place, &plan, &cost, session.cloud.calls(), began.elapsed()),
    }
    if plan.is_empty() {
        return Ok(Exit::Done);
    }
    let parallelism = change::places(arguments.parallelism);
    let console = output.console(&plan, global.verbose > 0);
    let before = session.cloud.calls();
    let summary = change::run(session, plan, hold, parallelism, console, tracer).await;
    output.summary(&summary, session.cloud.calls(), before);
    Ok(change::exit(&summary))
}

/// Whether two plans do the same to the same.
fn same(one: &Plan, other: &Plan) -> bool {
    let deeds = |plan: &Plan| -> Vec<_> {
        plan.steps
            .iter()
            .map(|Step { address, action, changes, .. }| {
                (address.clone(), *action, changes.clone())
            })
            .collect()
    };
    deeds(one) == deeds(other)
}
