//! Plans what the stack file asks for, and finds what guards the resources that a plan deletes.

use std::collections::BTreeMap;

use nk_engine::{Cloud, Provider, guards};
use nk_model::{Action, Desired, Guard, LiveValue, Plan};
use nk_plan::Permission;

use crate::{errors::Error, session::Session};

/// A plan, and what exists after it.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) desired: Desired,
}

/// What guards the resources that a plan deletes for good.
pub(crate) async fn guarded<C: Cloud>(cloud: &C, plan: &Plan) -> Result<Vec<Guard>, Error> {
    Ok(guards(cloud, &going(plan)).await?)
}

/// The plan for what the stack file asks for, unless it would delete something that is guarded.
/// Resources in `remove` may be deleted although they cannot be created again.
pub(crate) async fn planned<P: Provider>(
    session: &Session<P>,
    remove: &[String],
    places: usize,
) -> Result<Planned, Error> {
    let (desired, observed) = session.observe().await?;
    let permission = Permission { remove: remove.to_vec(), unseen: session.unseen.clone() };
    let mut plan = nk_plan::plan(&desired, &observed, nk_kinds::kind, &permission)?;
    // At the same time, so that reading AWS takes no additional round trip.
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

/// The resources that a plan deletes.
pub(crate) fn going(plan: &Plan) -> Vec<LiveValue> {
    let removed = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Destroy | Action::ReplaceDestroy))
        .filter_map(|step| step.live.clone());
    // By address, so that the list is always in the same order.
    removed
        .map(|live| (live.address.clone(), live))
        .collect::<BTreeMap<_, _>>()
        .into_values()
        .collect()
}
