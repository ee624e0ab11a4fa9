//! The forms for machines: one object a line, described in `docs/json.md`.

use nk_model::{Event, Forecast, LiveValue, Note, Plan, StackId, Step, Totals};
use serde::Serialize;

use crate::Complaint;

#[derive(Serialize)]
struct Planned<'a> {
    event: &'static str,
    stack: &'a StackId,
    steps: &'a [Step],
    unchanged: &'a [LiveValue],
    notes: &'a [Note],
    totals: Totals,
    forecast: &'a Forecast,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

#[derive(Serialize)]
struct Complained<'a> {
    event: &'static str,
    error: &'a str,
    causes: &'a [String],
    hint: Option<&'a str>,
}

/// A plan as the line `"event": "planned"`, in front of the events of its run.
pub fn plan_json(plan: &Plan, calls: Option<usize>, seconds: Option<f64>) -> String {
    let Plan { stack, steps, unchanged, notes, forecast } = plan;
    let (event, totals) = ("planned", plan.totals());
    line(&Planned { event, stack, steps, unchanged, notes, totals, forecast, calls, seconds })
}

/// An event as a line.
pub fn event_json(event: &Event) -> String {
    line(event)
}

/// An error as the line `"event": "error"`.
pub fn complaint_json(complaint: &Complaint) -> String {
    let Complaint { error, causes, hint } = complaint;
    line(&Complained { event: "error", error, causes, hint: hint.as_deref() })
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data serializes") + "\n"
}

#[cfg(test)]
mod tests {
    use nk_model::{Action, Address};

    use super::*;

    #[test]
    fn every_line_names_its_event() {
        let plan = Plan {
            stack: StackId { project: "neuraKnot".into(), environment: "dev".into() },
            steps: Vec::new(),
            unchanged: Vec::new(),
            notes: Vec::new(),
            forecast: Forecast::default(),
        };
        insta::assert_snapshot!(plan_json(&plan, Some(52), Some(0.8)), @r#"{"event":"planned","stack":{"project":"neuraKnot","environment":"dev"},"steps":[],"unchanged":[],"notes":[],"totals":{"add":0,"change":0,"replace":0,"destroy":0,"unchanged":0},"forecast":{"time":{"median":0.0,"slow":0.0},"critical-path":[],"calls":0},"calls":52,"seconds":0.8}"#);
        let address = Address::new("vpc", "main");
        let event = Event::Started { at: 0.5, address, action: Action::ReplaceCreate, usual: 1.0 };
        insta::assert_snapshot!(event_json(&event), @r#"{"event":"started","at":0.5,"address":"vpc.main","action":"replace-create","usual":1.0}"#);
        let complaint =
            Complaint { error: "`a` is not there".into(), causes: vec!["b".into()], hint: None };
        insta::assert_snapshot!(complaint_json(&complaint), @r#"{"event":"error","error":"`a` is not there","causes":["b"],"hint":null}"#);
    }
}
