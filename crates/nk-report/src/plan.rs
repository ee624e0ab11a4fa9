//! A plan, to be read before it is confirmed.

use std::time::Duration;

use nk_model::{Action, Forecast, LiveValue, Note, Plan, Step, StepId, Totals};

use crate::{
    PlanCost,
    cost::cost_text,
    field,
    note::notes_text,
    styles::{Styles, paint, sigil},
    text::{chain, count, likely, pad, tame, width},
};

/// How a plan is printed.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanText<'a> {
    /// The colours.
    pub styles: Styles,
    /// The region of the plan, and what the plan changes in the cost.
    pub cost: Option<(&'a str, &'a PlanCost)>,
    /// The flags of the commands.
    pub flags: &'a str,
    /// How many calls it took to read AWS.
    pub calls: Option<usize>,
    /// How long it took to plan.
    pub took: Option<Duration>,
}

/// How far the longest address pushes the reasons to the right.
const ADDRESSES: usize = 40;

/// Each step with the fields that matter, the notes, one line of totals, the forecast, the cost,
/// and finally how many calls the reading took.
///
/// The two halves of a replacement are shown once, in the place of the first.
pub fn plan_text(plan: &Plan, options: &PlanText<'_>) -> String {
    let styles = &options.styles;
    let shown: Vec<_> = shown(plan).collect();
    let column = shown.iter().map(|step| width(step.address.as_str())).max().unwrap_or(0);
    let mut text = String::new();
    for step in &shown {
        text.push_str(&step_text(step, column.min(ADDRESSES), styles));
    }
    let notes: Vec<_> = plan.notes.iter().cloned().chain(states(plan)).collect();
    let notes = notes_text(&notes, styles, options.flags);
    // Without steps, there is nothing above the notes that a blank line would separate.
    text.push_str(if shown.is_empty() { notes.trim_start_matches('\n') } else { &notes });
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&paint(styles.heading, totals(plan.totals())));
    text.push('\n');
    text.push_str(&expected(plan, options));
    if let Some((region, cost)) = options.cost {
        text.push_str(&cost_text(cost, region, options.flags));
    }
    text.push_str(&effort(options));
    text
}

/// How long running the plan will take, along which steps, and in how many calls.
fn expected(plan: &Plan, options: &PlanText<'_>) -> String {
    let Forecast { time, critical_path, calls } = &plan.forecast;
    if critical_path.is_empty() {
        return String::new();
    }
    let calls = calls + options.calls.unwrap_or(0);
    let (calls, along) = (count(calls, "call"), chain(critical_path));
    let heading = paint(options.styles.heading, "Expected:");
    let time = likely(*time);
    format!("{heading} {time}, about {calls}. Critical path:\n{along}")
}

/// What AWS reports about resources that stay, such as that a database is stopped.
fn states(plan: &Plan) -> impl Iterator<Item = Note> {
    let changed = plan.steps.iter().filter(|step| step.action == Action::Update);
    let staying = plan.unchanged.iter().chain(changed.filter_map(|step| step.live.as_ref()));
    let note = |live: &LiveValue, text: &String| Note {
        about: live.address.to_string(),
        text: text.clone(),
        settle: None,
    };
    staying.flat_map(move |live| live.notes.iter().map(move |text| note(live, text)))
}

fn totals(totals: Totals) -> String {
    let touched = totals.touched();
    let Totals { add, change, replace, destroy, unchanged } = totals;
    match (touched, unchanged) {
        (0, 0) => {
            "Nothing to do: no resources exist, and the stack file describes none.".to_owned()
        }
        (0, 1) => "Nothing to do: 1 resource matches the stack file.".to_owned(),
        (0, _) => format!("Nothing to do: {unchanged} resources match the stack file."),
        _ => format!(
            "{}: {add} to add, {change} to change, {replace} to replace, {destroy} to destroy; \
             {unchanged} unchanged.",
            count(touched, "resource")
        ),
    }
}

fn effort(options: &PlanText<'_>) -> String {
    let seconds = options.took.map(|took| took.as_secs_f64());
    match (options.calls, seconds) {
        (Some(calls), Some(seconds)) => {
            format!("Read AWS with {} in {seconds:.1} s.\n", count(calls, "call"))
        }
        (Some(calls), None) => format!("Read AWS with {}.\n", count(calls, "call")),
        (None, Some(seconds)) => format!("Planned in {seconds:.1} s.\n"),
        (None, None) => String::new(),
    }
}

/// The steps that are shown: the first half of a replacement stands for both.
fn shown(plan: &Plan) -> impl Iterator<Item = &Step> {
    let second =
        |id: StepId, step: &Step| replaces(step.action) && step.pair.is_some_and(|pair| pair < id);
    let steps = plan.steps.iter().enumerate();
    steps.filter(move |(id, step)| !second(*id, step)).map(|(_, step)| step)
}

fn replaces(action: Action) -> bool {
    matches!(action, Action::ReplaceCreate | Action::ReplaceDestroy)
}

fn step_text(step: &Step, column: usize, styles: &Styles) -> String {
    let Step { address, action, changes, spec, .. } = step;
    let sign = if replaces(*action) { "-/+" } else { sigil(*action) };
    let reason = reason(step);
    let address =
        if reason.is_empty() { address.to_string() } else { pad(address.as_str(), column) };
    let fields = match action {
        Action::Create => field::of_new(spec, styles),
        Action::Destroy => String::new(),
        _ => field::of_changes(changes, styles),
    };
    let sign = paint(styles.action(*action), format_args!("{sign:^3}"));
    let head = format!("  {sign} {}  {reason}", paint(styles.address, address));
    format!("{}\n{fields}", head.trim_end())
}

fn reason(step: &Step) -> String {
    let Step { action, reason, live, .. } = step;
    let reason = tame(reason);
    match (action, live) {
        (Action::Update, _) if reason.is_empty() => "updated".to_owned(),
        (Action::ReplaceCreate, _) => format!("replaced, the new one is created first: {reason}"),
        (Action::ReplaceDestroy, _) => format!("replaced: {reason}"),
        (Action::Supersede, _) => format!("new revision: {reason}"),
        (Action::Destroy, Some(live)) => {
            format!("{reason} ({})", tame(&live.id)).trim_start().to_owned()
        }
        _ => reason,
    }
}

#[cfg(test)]
mod tests;
