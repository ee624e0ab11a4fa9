//! `nk plan`: what an apply would do.

use std::time::Instant;

use nk_engine::{Provider, holder};
use nk_model::Note;
use nk_plan::Permission;

use crate::{
    arguments::{Global, PlanArguments},
    change,
    errors::Error,
    exit::Exit,
    output::Output,
    session::Session,
};

/// Plans, and prints the plan.
pub(crate) async fn plan<P: Provider>(
    global: &Global,
    arguments: &PlanArguments,
) -> Result<Exit, Error> {
    let began = Instant::now();
    let session = Session::<P>::begin_plan(global).await?;
    let (observed, held) = tokio::join!(session.observe(), holder(&*session.cloud));
    let (desired, observed) = observed?;
    let permission = Permission { unseen: session.unseen.clone(), ..Permission::default() };
    let mut plan =
        nk_plan::plan(&desired, &observed, nk_kinds::kind, &permission).map_err(Error::Plan)?;
    change::unguarded(&*session.cloud, &plan).await?;
    session.time(&mut plan, nk_plan::PLACES);
    session.count_addresses(&mut plan).await;
    if let Ok(Some((holder, _))) = held {
        plan.notes.push(Note {
            about: "lock".into(),
            text: format!("held by {holder}"),
            settle: None,
        });
    }
    let cost = super::cost::line(&session.stack, &plan, &desired);
    let output = Output::new(global);
    output.plan(&session.place, &plan, &cost, session.cloud.calls(), began.elapsed());
    let changes = arguments.detailed_exitcode && !plan.is_empty();
    Ok(if changes { Exit::Changes } else { Exit::Done })
}
