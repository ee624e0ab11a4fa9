//! The forms for programs: one object per line, described in `docs/json.md`.

use std::time::Duration;

use nk_model::{CloudError, Event, Forecast, Json, LiveValue, Note, Plan, StackId, Step, Totals};
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
    #[serde(flatten)]
    circumstances: &'a Circumstances,
}

/// Where and by whom a plan was made, what it costs, and the effort.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Circumstances {
    /// The AWS region.
    pub region: String,
    /// The account.
    pub account: String,
    /// The caller, as an ARN.
    pub caller: String,
    /// What the environment will cost.
    pub cost: PlanCost,
    /// How many calls it took to read AWS.
    pub calls: usize,
    /// How long.
    #[serde(rename = "seconds", with = "nk_model::seconds")]
    pub took: Duration,
}

/// What an environment costs a month after a plan, in US dollars.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlanCost {
    /// The part that does not depend on usage.
    pub fixed: f64,
    /// An estimate of the part that does.
    pub used: f64,
    /// By how much the sum of both changes.
    pub change: f64,
    /// The region of the unit prices.
    pub region: String,
    /// The date of the oldest price.
    pub dated: String,
}

#[derive(Serialize)]
struct Complained<'a> {
    event: &'static str,
    error: &'a str,
    causes: &'a [String],
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "<[CloudError]>::is_empty")]
    cloud: &'a [CloudError],
    #[serde(skip_serializing_if = "<[Json]>::is_empty")]
    mistakes: &'a [Json],
}

/// A plan as the line `"event": "planned"`, before the events of its run.
pub fn plan_json(plan: &Plan, circumstances: &Circumstances) -> String {
    let Plan { stack, steps, unchanged, notes, forecast } = plan;
    let (event, totals) = ("planned", plan.totals());
    line(&Planned { event, stack, steps, unchanged, notes, totals, forecast, circumstances })
}

/// An event as a line.
pub fn event_json(event: &Event) -> String {
    line(event)
}

/// An error as the line `"event": "error"`.
pub fn complaint_json(complaint: &Complaint) -> String {
    let Complaint { error, causes, hint, cloud, mistakes } = complaint;
    line(&Complained { event: "error", error, causes, hint: hint.as_deref(), cloud, mistakes })
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
        let circumstances = Circumstances {
            region: "ap-northeast-1".into(),
            calls: 52,
            took: Duration::from_millis(800),
            ..Circumstances::default()
        };
        insta::assert_snapshot!(plan_json(&plan, &circumstances), @r#"{"event":"planned","stack":{"project":"neuraKnot","environment":"dev"},"steps":[],"unchanged":[],"notes":[],"totals":{"add":0,"change":0,"replace":0,"destroy":0,"unchanged":0},"forecast":{"time":{"median":0.0,"slow":0.0},"critical-path":[],"calls":0},"region":"ap-northeast-1","account":"","caller":"","cost":{"fixed":0.0,"used":0.0,"change":0.0,"region":"","dated":""},"calls":52,"seconds":0.8}"#);
        let address = Address::new("vpc", "main");
        let event = Event::Started {
            at: Duration::from_millis(500),
            step: 3,
            address,
            action: Action::ReplaceCreate,
            usual: Duration::from_secs(1),
        };
        insta::assert_snapshot!(event_json(&event), @r#"{"event":"started","at":0.5,"step":3,"address":"vpc.main","action":"replace-create","usual":1.0}"#);
        let complaint =
            Complaint { causes: vec!["b".into()], ..Complaint::new("`a` is not there") };
        insta::assert_snapshot!(complaint_json(&complaint), @r#"{"event":"error","error":"`a` is not there","causes":["b"],"hint":null}"#);
    }
}
