use std::{collections::BTreeMap, time::Duration};

use nk_model::{Failure, Forecast, LiveValue, Need, Outcome, Part, Spread, StackId, Step};

use super::*;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn step(text: &str, action: Action, needs: &[(usize, Until)]) -> Step {
    let needs = needs.iter().map(|(step, until)| Need { step: *step, until: *until }).collect();
    let (reason, changes, spec) = (String::new(), Vec::new(), Json::Null);
    let live: Option<LiveValue> = None;
    let (usual, late) = (Spread::default(), BTreeMap::new());
    Step {
        address: address(text),
        action,
        part: Part::Whole,
        pair: None,
        reason,
        changes,
        spec,
        live,
        needs,
        usual,
        late,
        remaining: seconds(1.0),
        slack: Duration::ZERO,
    }
}

fn plan() -> Plan {
    Plan {
        stack: StackId { project: "shop".into(), environment: "dev".into() },
        steps: vec![
            step("elastic-ip.a", Action::Create, &[]),
            step("nat-gateway.a", Action::Create, &[(0, Until::Known)]),
            step("route-table.a", Action::Create, &[(1, Until::Ended)]),
        ],
        unchanged: Vec::new(),
        notes: Vec::new(),
        forecast: Forecast::default(),
    }
}

fn call(step: Option<StepId>, operation: &str, at: f64, took: f64) -> Call {
    Call {
        step,
        operation: operation.into(),
        at: seconds(at),
        took: seconds(took),
        status: 200,
        request_id: Some("f00d".into()),
    }
}

fn started(at: f64, step: StepId) -> Event {
    let (address, action) = (plan().steps[step].address.clone(), Action::Create);
    Event::Started { at: seconds(at), step, address, action, usual: seconds(1.0) }
}

fn finished(at: f64, step: StepId) -> Event {
    let (id, notes) = ("id-1".to_owned(), Vec::new());
    let (address, action) = (plan().steps[step].address.clone(), Action::Create);
    Event::Finished { at: seconds(at), step, address, action, id, took: seconds(0.0), notes }
}

/// The events of a run that begins two seconds after its trace.
fn events() -> Vec<Json> {
    let mut trace = Trace::default();
    let at_step = |step: StepId| plan().steps[step].address.clone();
    let known = |at, step| Event::Known {
        at: seconds(at),
        step,
        address: at_step(step),
        id: "id-1".into(),
    };
    let waiting = |at, step, reason: &str| Event::Waiting {
        at: seconds(at),
        step,
        address: at_step(step),
        reason: reason.into(),
    };
    let failure = Failure {
        step: 2,
        address: at_step(2),
        action: Action::Create,
        error: "could not create `route-table.a`".into(),
        cause: Some("ec2:CreateRouteTable was refused".into()),
        cloud: None,
        hint: None,
    };
    let summary = Summary {
        outcome: Outcome::Partial,
        finished: 2,
        failed: 1,
        skipped: 0,
        took: seconds(100.5),
        critical_path: ["elastic-ip.a", "nat-gateway.a"].map(address).into(),
        critical_steps: vec![0, 1],
        bound: seconds(100.0),
        predicted: Forecast::default(),
        notes: Vec::new(),
        each: Vec::new(),
    };
    let mut all = trace.open("nk apply --env dev");
    all.extend(trace.call(&call(None, "EC2:DescribeVpcs", 0.5, 0.25)));
    all.extend(trace.plan(seconds(2.0), &plan()));
    all.extend(trace.event(&started(0.0, 0)));
    all.extend(trace.call(&call(Some(0), "EC2:AllocateAddress", 2.0, 0.25)));
    all.extend(trace.event(&known(0.25, 0)));
    all.extend(trace.event(&finished(0.25, 0)));
    all.extend(trace.event(&started(0.25, 1)));
    all.extend(trace.call(&call(Some(1), "EC2:CreateNatGateway", 2.25, 0.25)));
    all.extend(trace.event(&known(0.5, 1)));
    all.extend(trace.event(&waiting(0.5, 1, "AWS says `pending`")));
    all.extend(trace.call(&call(Some(1), "EC2:DescribeNatGateways", 90.0, 0.5)));
    // Two at once: the second needs a track of its own.
    all.extend(trace.call(&call(Some(1), "EC2:DescribeSubnets", 90.25, 0.5)));
    all.extend(trace.call(&call(Some(1), "EC2:CreateTags", 101.0, 0.5)));
    all.extend(trace.event(&finished(100.0, 1)));
    all.extend(trace.event(&started(100.0, 2)));
    all.extend(trace.event(&Event::Failed { at: seconds(100.5), failure }));
    all.extend(trace.event(&Event::Ended { at: seconds(100.5), summary }));
    all
}

fn lines(events: &[Json]) -> String {
    events.iter().map(Json::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_run_becomes_tracks_with_slices_and_arrows() {
    insta::assert_snapshot!(lines(&events()));
}

#[test]
fn a_trace_is_read_back_as_far_as_it_goes() {
    let events = events();
    let text = format!("[\n{}\n]\n", lines(&events).trim_end().replace('\n', ",\n"));
    let whole = read_trace(&text).unwrap();
    let told: Vec<_> = whole
        .steps
        .iter()
        .map(|step| (step.address.as_str(), step.outcome.as_deref(), step.longest))
        .collect();
    let expected = [
        ("elastic-ip.a", Some("done"), true),
        ("nat-gateway.a", Some("done"), true),
        ("route-table.a", Some("failed"), false),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        (whole.steps[1].began, whole.steps[1].ended),
        (Some(seconds(2.25)), Some(seconds(102.0)))
    );
    assert_eq!(whole.title, "nk apply --env dev");
    assert!(whole.summary.is_some());
    // As other programs store it.
    let pretty = serde_json::to_string_pretty(&events).unwrap();
    assert_eq!(read_trace(&pretty), Ok(whole));

    let plan = text.find("nk_plan").unwrap();
    for end in text.char_indices().map(|(at, _)| at).filter(|at| *at > plan) {
        if text[plan..end].contains('\n') {
            let part = read_trace(&text[..end]).unwrap();
            assert_eq!(part.steps.len(), 3, "cut off at {end}");
            assert_eq!(part.summary, None, "cut off at {end}");
            if text[..end].contains("nk_summary") {
                break;
            }
        }
    }
    assert_eq!(read_trace("[]"), Err(TraceError));
    assert_eq!(read_trace("something else"), Err(TraceError));
}
