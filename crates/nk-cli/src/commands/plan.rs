//! `nk plan`: what an apply would do.

use nk_engine::{Provider, holder};
use nk_model::Note;
use tokio::time::Instant;

use crate::{
    arguments::{Global, PlanArguments},
    errors::Error,
    exit::Exit,
    output::Output,
    planning::{Planned, planned},
    pricing,
    session::Session,
};

/// Plans, and prints the plan.
pub(crate) async fn plan<P: Provider>(
    global: &Global,
    arguments: &PlanArguments,
) -> Result<Exit, Error> {
    let began = Instant::now();
    let session = Session::<P>::begin_plan(global).await?;
    let planning = planned(&session, &[], nk_plan::PLACES);
    let (planned, held) = tokio::join!(planning, holder(&*session.cloud));
    let Planned { mut plan, desired } = planned?;
    if let Some(holder) = held? {
        plan.notes.push(Note {
            about: "lock".into(),
            text: format!("held by {holder}"),
            settle: None,
        });
    }
    let cost = pricing::of_plan(&session.stack, &plan, &desired);
    let output = Output::new(global);
    output.plan(&session.place, &plan, cost, session.cloud.calls(), began.elapsed());
    let changes = arguments.detailed_exitcode && !plan.is_empty();
    Ok(if changes { Exit::Changes } else { Exit::Done })
}
