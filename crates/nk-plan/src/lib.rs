//! Turns what is desired and what exists into the steps in between. It is pure: it has no clock, no
//! network and no randomness.

mod arrange;
mod check;
mod decide;
mod decision;
mod entangled;
mod error;
mod farewell;
mod forecast;
mod keep;
mod keepsakes;
mod moves;
mod network;
mod openings;
mod order;
mod pins;
mod setting;
mod times;

pub use check::{Fault, check};
pub use error::{PlanError, Problem};
pub use network::{Course, Network, Stage};
use nk_model::{Desired, Note, Observed, Operation, Plan, Registry, Unseen};
pub use setting::{PLACES, Setting};
pub use times::measured;

/// What a plan may do, and what it must not compare.
#[derive(Debug, Clone, Default)]
pub struct Permission {
    /// The addresses of precious resources, such as databases, that may be deleted because the
    /// stack file no longer mentions them; `*` stands for all.
    pub remove: Vec<String>,
    /// The fields that are not compared, because the emulator does not report them.
    pub unseen: Unseen,
}

impl Permission {
    /// Everything may be deleted, because a person has confirmed a destroy.
    pub fn everything() -> Self {
        Self { remove: vec!["*".to_owned()], ..Self::default() }
    }

    fn removes(&self, address: &str) -> bool {
        self.remove.iter().any(|allowed| allowed == "*" || allowed == address)
    }
}

/// The steps from what is observed to what is desired.
///
/// # Errors
///
/// All problems at once, if the plan would touch what does not belong to the stack, lose what
/// cannot be created again, or is not clear.
pub fn plan(
    desired: &Desired,
    observed: &Observed,
    registry: Registry,
    permission: &Permission,
) -> Result<Plan, PlanError> {
    let order = order::by_reference(desired, registry)?;
    let (decisions, mut problems) = decide::decide(desired, &order, observed, registry, permission);
    problems.extend(pins::pinned(&decisions, registry));
    problems.extend(keepsakes::lost(&decisions, desired, registry));
    if !problems.is_empty() {
        return Err(PlanError { problems });
    }
    let mut plan = arrange::arrange(desired, decisions, registry)?;
    let faults = check(&plan, registry);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    time(&mut plan, registry, &Setting::default());
    plan.notes.extend(legacies(&plan, registry));
    plan.notes.extend(blindness(desired, &permission.unseen));
    Ok(plan)
}

/// Fills in how long each step takes, and the forecast for the whole.
pub fn time(plan: &mut Plan, registry: Registry, setting: &Setting<'_>) {
    times::fill_in(plan, registry, setting);
    let network = Network::of(plan);
    let (remaining, slack) = network.ways();
    for ((step, remaining), slack) in plan.steps.iter_mut().zip(remaining).zip(slack) {
        step.remaining = remaining;
        step.slack = slack;
    }
    plan.forecast = forecast::forecast(plan, &network, registry, setting);
}

/// Notes what remains of the deleted resources, and what is lost with them.
fn legacies(plan: &Plan, registry: Registry) -> Vec<Note> {
    let going = plan.steps.iter().filter(|step| step.action.operation() == Operation::Destroy);
    let told = going.filter_map(|step| {
        let text = step.live.as_ref()?.legacy(registry)?;
        Some(Note { about: step.address.to_string(), text, settle: None })
    });
    told.collect()
}

/// Notes which fields are not compared.
fn blindness(desired: &Desired, unseen: &Unseen) -> Option<Note> {
    let wanted = |kind: &str| desired.resources.keys().any(|address| address.kind() == kind);
    let fields: Vec<_> = unseen
        .fields()
        .filter(|(kind, _)| wanted(kind))
        .map(|(kind, field)| format!("`{kind}.{field}`"))
        .collect();
    (!fields.is_empty()).then(|| Note {
        about: "--local".to_owned(),
        text: format!("the emulator does not store {}; not compared", fields.join(", ")),
        settle: None,
    })
}
