//! `nk destroy`: removes everything of a stack.

use nk_engine::{Provider, unprotect};
use nk_model::{Desired, Plan};
use nk_plan::Permission;

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
    change::traced(global, &arguments.run, async |tracer| {
        traced::<P>(global, arguments, tracer).await
    })
    .await
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
    let mut shown = None;
    if !arguments.run.yes {
        let planning = planned(&session, arguments);
        let plan = change::show(&session, global, &nothing(&session), planning).await?;
        if plan.is_empty() {
            return Ok(Exit::Done);
        }
        let question = format!("Destroy all this? Type the environment's name, `{environment}`:");
        if !prompt::confirm(&question, &environment, "nk destroy")? {
            Output::new(global).line("Nothing was changed.");
            return Ok(Exit::Failed);
        }
        shown = Some(plan);
    }
    let hold = change::lock(&session.cloud, &command).await?;
    let result = under_lock(&session, global, arguments, &hold, shown, tracer).await;
    hold.finish(result).await
}

async fn planned<P: Provider>(
    session: &Session<P>,
    arguments: &DestroyArguments,
) -> Result<Plan, Error> {
    let observed = session.observe_all().await?;
    let everything = Permission::everything();
    let mut plan = nk_plan::plan(&nothing(session), &observed, nk_kinds::kind, &everything)
        .map_err(Error::Plan)?;
    session.time(&mut plan, arguments.run.places());
    let guards = change::guarded(&*session.cloud, &plan).await?;
    let standing = guards.into_iter().filter(|guard| !(arguments.unprotect && guard.liftable));
    let standing: Vec<_> = standing.collect();
    if standing.is_empty() { Ok(plan) } else { Err(Error::Guarded(standing)) }
}

/// What is desired of the stack: nothing, but that it goes as the stack file says.
fn nothing<P>(session: &Session<P>) -> Desired {
    session.desired.gone(nk_kinds::kind)
}

/// What is left to do once the lock is held; `shown` is the plan a person has agreed to.
async fn under_lock<P: Provider>(
    session: &Session<P>,
    global: &Global,
    arguments: &DestroyArguments,
    hold: &Hold<P>,
    shown: Option<Plan>,
    tracer: &Tracer,
) -> Result<Exit, Error> {
    let (planning, nothing) = (planned(session, arguments), nothing(session));
    let plan = match &shown {
        Some(shown) => hold.prepare(change::agreed(shown, planning)).await?,
        None => hold.prepare(change::show(session, global, &nothing, planning)).await?,
    };
    if !plan.is_empty() {
        if arguments.unprotect {
            let going = change::going(&plan);
            let lifting = async {
                let lifted = unprotect(&*session.cloud, nk_kinds::kind, &going).await;
                lifted.map_err(|error| Error::Cloud(vec![error]))
            };
            hold.prepare(lifting).await?;
        }
        let exit = change::carry_out(session, global, &arguments.run, plan, hold, tracer).await;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    if global.local {
        let removed = session.cloud.remove_local_certificate().await;
        removed.map_err(|error| Error::Cloud(vec![error]))?;
    }
    Ok(Exit::Done)
}
