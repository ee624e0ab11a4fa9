//! Planning what the stack file asks for, and what guards what a plan removes.

use std::collections::BTreeMap;

use nk_engine::{Cloud, Provider, guards};
use nk_model::{Action, Desired, Guard, LiveValue, Plan};
use nk_plan::Permission;

use crate::{errors::Error, session::Session};

/// A plan, and what it ends with.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) desired: Desired,
}

/// What guards the resources that a plan removes for good.
pub(crate) async fn guarded<C: Cloud>(cloud: &C, plan: &Plan) -> Result<Vec<Guard>, Error> {
    Ok(guards(cloud, &going(plan)).await?)
}

/// The plan for what the stack file asks for, unless it would remove for good what something guards.
/// What is in `remove` may go although it cannot be made again.
pub(crate) async fn planned<P: Provider>(
    session: &Session<P>,
    remove: &[String],
    places: usize,
) -> Result<Planned, Error> {
    let (desired, observed) = session.observe().await?;
    let permission = Permission { remove: remove.to_vec(), unseen: session.unseen.clone() };
    let mut plan = nk_plan::plan(&desired, &observed, nk_kinds::kind, &permission)?;
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
    Ok(Planned { plan, desired })
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
