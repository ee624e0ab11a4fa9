//! How long each step of a plan usually takes.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use nk_model::{
    Address, Json, LiveValue, Operation, Part, Plan, Registry, Spread, Step, Usual, field,
    placeholders,
};

use crate::setting::Setting;

/// Fills in how long each step takes.
pub(crate) fn fill_in(plan: &mut Plan, registry: Registry, setting: &Setting<'_>) {
    let context = Context::of(plan);
    let times: Vec<_> =
        plan.steps.iter().map(|step| times(step, registry, setting, &context)).collect();
    for (step, (usual, late)) in plan.steps.iter_mut().zip(times) {
        step.usual = usual;
        step.late = late;
    }
}

/// What was measured when this step took its time; none if nothing is known about it.
pub fn measured(step: &Step, registry: Registry) -> Option<&'static Usual> {
    usual(step, registry, None)
}

fn usual(step: &Step, registry: Registry, output: Option<&str>) -> Option<&'static Usual> {
    let all = (registry(step.address.kind())?.usual)();
    let spec = match (&step.live, step.action.operation()) {
        (Some(live), Operation::Destroy) => &live.spec,
        _ => &step.spec,
    };
    Usual::best(all, operation(step), output, spec)
}

/// What AWS does during the step.
fn operation(step: &Step) -> Operation {
    if step.part == Part::Completes { Operation::Create } else { step.action.operation() }
}

fn times(
    step: &Step,
    registry: Registry,
    setting: &Setting<'_>,
    context: &Context<'_>,
) -> (Spread, BTreeMap<String, Duration>) {
    let Some(whole) = usual(step, registry, None) else {
        return (Spread::UNKNOWN, BTreeMap::new());
    };
    let refined = (setting.refine)(whole);
    let mut late = BTreeMap::new();
    if operation(step) == Operation::Create {
        let outputs = registry(step.address.kind()).map_or(&[][..], |kind| kind.outputs);
        for output in outputs {
            let Some(known) = usual(step, registry, Some(output)) else { continue };
            // What is not measured here is scaled like what is.
            let part = known.spread.median.div_duration_f64(whole.spread.median).min(1.0);
            late.insert((*output).to_owned(), refined.median.mul_f64(part));
        }
    }
    let more = whole.plus.as_ref().filter(|_| !setting.emulated).and_then(|plus| {
        let spec = step.live.as_ref().map_or(&step.spec, |live| &live.spec);
        context
            .spec(field(spec, &plus.through)?.as_str()?)
            .and_then(|spec| field(spec, &plus.field))
    });
    let more = more.and_then(|seconds| Duration::try_from_secs_f64(seconds.as_f64()?).ok());
    (refined.plus(more.unwrap_or_default()), late)
}

/// The specs that a step may have to look at.
struct Context<'a> {
    /// What will exist when the step starts.
    specs: HashMap<&'a Address, &'a Json>,
    /// Which resource has which value as an output.
    owners: HashMap<&'a str, &'a Address>,
}

impl<'a> Context<'a> {
    fn of(plan: &'a Plan) -> Self {
        let mut context = Self { specs: HashMap::new(), owners: HashMap::new() };
        let lives = plan.steps.iter().filter_map(|step| step.live.as_ref());
        for live in lives.chain(&plan.unchanged) {
            context.add(live);
        }
        for step in plan.steps.iter().filter(|step| !step.spec.is_null()) {
            context.specs.insert(&step.address, &step.spec);
        }
        context
    }

    fn add(&mut self, live: &'a LiveValue) {
        self.specs.insert(&live.address, &live.spec);
        let outputs = live.outputs.as_object().into_iter().flatten();
        for text in outputs.filter_map(|(_, value)| value.as_str()) {
            self.owners.insert(text, &live.address);
        }
    }

    /// The spec that a reference leads to, resolved or not.
    fn spec(&self, reference: &str) -> Option<&Json> {
        match placeholders(reference).ok()?.first() {
            Some(placeholder) => self.specs.get(&placeholder.address).copied(),
            None => self.specs.get(*self.owners.get(reference)?).copied(),
        }
    }
}
