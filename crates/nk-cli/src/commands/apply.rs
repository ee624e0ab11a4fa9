//! `nk apply`: makes AWS match the stack file.

use nk_engine::Provider;
use nk_model::Plan;

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
    change::traced(global, &arguments.run, async |tracer| {
        traced::<P>(global, arguments, tracer).await
    })
    .await
}

async fn traced<P: Provider>(
    global: &Global,
    arguments: &ApplyArguments,
    tracer: &Tracer,
) -> Result<Exit, Error> {
    let mut session = Session::<P>::begin_plan(global).await?;
    let command = format!("nk apply --env {}", session.stack.id.environment);
    tracer.listen(command.clone(), &*session.cloud);
    let mut shown = None;
    // With `--yes` the lock comes first: what is planned under it cannot be overtaken.
    if !arguments.run.yes {
        let planning = planned(&session, arguments);
        let plan = change::show(&session, global, &session.desired, planning).await?;
        if plan.is_empty() {
            return Ok(Exit::Done);
        }
        if !prompt::confirm("Apply these changes? Type `yes`:", "yes", "nk apply")? {
            Output::new(global).line("Nothing was changed.");
            return Ok(Exit::Failed);
        }
        shown = Some(plan);
    }
    let hold = change::lock(&session.cloud, &command).await?;
    let result = under_lock(&mut session, global, arguments, &hold, shown, tracer).await;
    hold.finish(result).await
}

async fn planned<P: Provider>(
    session: &Session<P>,
    arguments: &ApplyArguments,
) -> Result<Plan, Error> {
    change::planned(session, &arguments.remove, arguments.run.places()).await
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
    hold.prepare(session.issue_certificate()).await?;
    let session = &*session;
    let planning = planned(session, arguments);
    let plan = match &shown {
        Some(shown) => hold.prepare(change::agreed(shown, planning)).await?,
        None => hold.prepare(change::show(session, global, &session.desired, planning)).await?,
    };
    if plan.is_empty() {
        return Ok(Exit::Done);
    }
    Ok(change::carry_out(session, global, &arguments.run, plan, hold, tracer).await)
}
