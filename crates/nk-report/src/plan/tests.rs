//! The forms of a plan, line by line.

use std::{collections::BTreeMap, time::Duration};

use nk_model::{Address, Change, Json, LiveValue, Note, Part, Settle, Spread, StackId, Step};
use serde_json::json;

use super::*;

fn step(address: &str, action: Action, reason: &str) -> Step {
    Step {
        address: address.parse().unwrap(),
        action,
        part: Part::Whole,
        pair: None,
        reason: reason.into(),
        changes: Vec::new(),
        spec: Json::Null,
        live: None,
        needs: Vec::new(),
        usual: Spread::default(),
        late: BTreeMap::new(),
        remaining: Duration::from_secs(1),
        slack: Duration::ZERO,
    }
}

fn change(path: &str, from: Json, to: Json) -> Change {
    Change { path: path.into(), from, to }
}

fn live(address: &str, id: &str) -> LiveValue {
    LiveValue::ready(address.parse().unwrap(), id, json!({}), json!({}))
}

fn plan(steps: Vec<Step>, unchanged: usize, notes: Vec<Note>) -> Plan {
    let stack = StackId { project: "neuraKnot".into(), environment: "dev".into() };
    let unchanged = vec![live("vpc.main", "vpc-1"); unchanged];
    Plan { stack, steps, unchanged, notes, forecast: Forecast::default() }
}

fn text(plan: &Plan) -> String {
    plan_text(
        plan,
        &PlanText {
            calls: Some(52),
            took: Some(Duration::from_millis(840)),
            ..PlanText::default()
        },
    )
}

#[test]
fn nothing_to_do_is_said_in_one_line() {
    insta::assert_snapshot!(text(&plan(Vec::new(), 61, Vec::new())), @r#"
    Nothing to do: 61 resources match the stack file.
    Read in 52 calls, 0.8 s.
    "#);
    let empty = plan_text(&plan(Vec::new(), 0, Vec::new()), &PlanText::default());
    insta::assert_snapshot!(empty, @r#"Nothing to do: no resources exist, and the stack file describes none."#);
}

#[test]
fn what_is_new_shows_the_fields_that_say_something() {
    let rule = |ports: &str, peer: Json| json!({"protocol": "tcp", "ports": ports, "peer": peer});
    let group = json!({
        "name": "neuraKnot-dev-alb-sg",
        "description": "東京のロードバランサーへの入口",
        "vpc": "@{vpc.main.id}",
        "ingress": [
            rule("80", json!({"cidr": "0.0.0.0/0"})),
            rule("443", json!({"cidr": "0.0.0.0/0"})),
        ],
        "egress": [],
        "tags": {"Name": "neuraKnot-dev-alb-sg"},
    });
    let statement = json!({
        "Action": ["secretsmanager:GetSecretValue"], "Effect": "Allow",
        "Resource": ["@{secret.db-password.arn}", "@{secret.oauth-credentials.arn}"],
    });
    let execution = json!({
        "name": "neuraKnot-dev-ecs-task-execution-role",
        "managed": ["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],
        "inline": {"secrets": {"Statement": [statement], "Version": "2012-10-17"}},
        "trust": {"Statement": [{"Action": ["sts:AssumeRole"], "Effect": "Allow"}]},
    });
    let service = json!({
        "name": "neuraKnot-dev-backend-go",
        "count": 0,
        "public": false,
        "subnets": ["@{subnet.private-1.id}", "@{subnet.private-2.id}"],
        "target": {"group": "@{target-group.backend-go.arn}", "container": "app", "port": 8080},
        "note": "line one\nline two \u{1b}[31m",
    });
    let new = |address: &str, spec| Step { spec, ..step(address, Action::Create, "") };
    let steps = vec![
        new("security-group.alb", group),
        new("role.ecs-task-execution", execution),
        new("service.backend-go", service),
    ];
    insta::assert_snapshot!(text(&plan(steps, 0, Vec::new())), @r#"
       +  security-group.alb
            name         neuraKnot-dev-alb-sg
            description  東京のロードバランサーへの入口
            ingress      peer.cidr 0.0.0.0/0, ports 80, protocol tcp
                         peer.cidr 0.0.0.0/0, ports 443, protocol tcp
            vpc          @vpc.main.id
       +  role.ecs-task-execution
            name            neuraKnot-dev-ecs-task-execution-role
            inline.secrets  Statement [Action [secretsmanager:GetSecretValue], Effect Allow, Resour…
            managed         arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
            trust           Statement [Action [sts:AssumeRole], Effect Allow]
       +  service.backend-go
            name     neuraKnot-dev-backend-go
            count    0
            note     "line one\nline two \u{1b}[31m"
            subnets  @subnet.private-1.id, @subnet.private-2.id
            target   container app, group @target-group.backend-go.arn, port 8080

    3 resources: 3 to add, 0 to change, 0 to replace, 0 to destroy; 0 unchanged.
    Read in 52 calls, 0.8 s.
    "#);
}

#[test]
fn changes_show_both_sides_and_lists_what_came_and_went() {
    let rule = |cidr: &str| json!({"peer": {"cidr": cidr}, "ports": "80", "protocol": "tcp"});
    let changes = vec![
        change("class", json!("db.t3.micro"), json!("db.t3.medium")),
        change("tags.Name", json!("名前"), json!("neuraKnot-dev-db")),
        change(
            "ingress",
            json!([rule("10.0.0.0/8"), rule("10.1.0.0/16")]),
            json!([rule("10.1.0.0/16"), rule("0.0.0.0/0")]),
        ),
        change(
            "subnets",
            json!(["subnet-1", "subnet-2"]),
            json!(["subnet-1", "@{subnet.b.id}", "@{subnet.c.id}"]),
        ),
        change("order", json!([1, 2]), json!([2, 1])),
        change("monitoring-role", Json::Null, json!("@{role.rds-enhanced-monitoring.arn}")),
        change("environment.OLD", json!("x"), Json::Null),
        change("body", json!("long ".repeat(30) + "one"), json!("long ".repeat(30) + "other")),
    ];
    let busy = "AWS is still working on it (modifying)";
    let steps = vec![
        Step { changes, ..step("db-instance.main", Action::Update, "") },
        step("load-balancer.main", Action::Update, busy),
    ];
    insta::assert_snapshot!(text(&plan(steps, 28, Vec::new())), @r#"
       ~  db-instance.main    updated
            class            db.t3.micro -> db.t3.medium
            tags.Name        名前 -> neuraKnot-dev-db
            ingress          - peer.cidr 10.0.0.0/8, ports 80, protocol tcp
                             + peer.cidr 0.0.0.0/0, ports 80, protocol tcp
            subnets          - subnet-2
                             + @subnet.b.id
                             + @subnet.c.id
            order            2 elements in another order
            monitoring-role  (none) -> @role.rds-enhanced-monitoring.arn
            environment.OLD  x -> (none)
            body             … long long one -> … long long other
       ~  load-balancer.main  AWS is still working on it (modifying)

    2 resources: 0 to add, 2 to change, 0 to replace, 0 to destroy; 28 unchanged.
    Read in 52 calls, 0.8 s.
    "#);
}

#[test]
fn a_replacement_is_shown_once_and_an_orphan_with_its_id() {
    let cidr = vec![
        change("cidr", json!("10.0.10.0/24"), json!("10.0.11.0/24")),
        change("vpc", json!("vpc-1"), json!("@{vpc.main.id}")),
    ];
    let both = "`cidr` cannot be changed in place";
    let image = vec![change("container.image", json!("a:v1"), json!("a:v2"))];
    let fixed = "`container` cannot be changed in place";
    let half = |address, action, reason, changes: &[Change], pair| Step {
        changes: changes.to_vec(),
        pair: Some(pair),
        ..step(address, action, reason)
    };
    let steps = vec![
        half("subnet.private-1", Action::ReplaceDestroy, both, &cidr, 2),
        half("task-definition.a", Action::ReplaceCreate, fixed, &image, 3),
        half("subnet.private-1", Action::ReplaceCreate, both, &cidr, 0),
        half("task-definition.a", Action::ReplaceDestroy, fixed, &image, 1),
        Step {
            live: Some(live("subnet.old", "subnet-0abc")),
            ..step("subnet.old", Action::Destroy, "no longer in the stack file")
        },
    ];
    insta::assert_snapshot!(text(&plan(steps, 1, Vec::new())), @r#"
      -/+ subnet.private-1   replaced: `cidr` cannot be changed in place
            cidr  10.0.10.0/24 -> 10.0.11.0/24
            vpc   vpc-1 -> @vpc.main.id
      -/+ task-definition.a  replaced, the new one is created first: `container` cannot be changed in place
            container.image  a:v1 -> a:v2
       -  subnet.old         no longer in the stack file (subnet-0abc)

    3 resources: 0 to add, 0 to change, 2 to replace, 1 to destroy; 1 unchanged.
    Read in 52 calls, 0.8 s.
    "#);
}

#[test]
fn notes_are_grouped_by_what_settles_them() {
    let note = |about: &str, text: &str, settle: Option<Settle>| Note {
        about: about.into(),
        text: text.into(),
        settle,
    };
    let key = Settle::Key("services.worker.route".into());
    let command = Settle::Command("nk secrets set oauth-credentials google.client_id".into());
    let notes = vec![
        note("service.worker", "nobody routes to it or calls it", Some(key)),
        note("identity-provider.google", "waits for its credentials", Some(command)),
        note("lock", "held by somebody", None),
    ];
    insta::assert_snapshot!(text(&plan(Vec::new(), 61, notes)), @r#"
    Good to know:
      lock                      held by somebody

    Warnings:
      service.worker            nobody routes to it or calls it
                                see `services.worker.route` in the stack file

    To do:
      identity-provider.google  waits for its credentials
                                run `nk secrets set oauth-credentials google.client_id`

    Nothing to do: 61 resources match the stack file.
    Read in 52 calls, 0.8 s.
    "#);
}

#[test]
fn a_value_is_shown_as_it_is_and_a_command_with_its_flags() {
    let changes = vec![
        change("environment.MOTD", json!("a`b"), json!("a``b")),
        change("environment.RUN", json!("see `nk apply`"), json!("`nk apply")),
    ];
    let step = Step { changes, ..step("task-definition.a", Action::Update, "") };
    let command = Settle::Command("nk secrets set a b".into());
    let note = Note { about: "secret.a".into(), text: "`".into(), settle: Some(command) };
    let options = PlanText { flags: " --env prod", ..PlanText::default() };
    insta::assert_snapshot!(plan_text(&plan(vec![step], 0, vec![note]), &options), @r#"
       ~  task-definition.a  updated
            environment.MOTD  a`b -> a``b
            environment.RUN   see `nk apply` -> `nk apply

    To do:
      secret.a  `
                run `nk secrets set a b --env prod`

    1 resource: 0 to add, 1 to change, 0 to replace, 0 to destroy; 0 unchanged.
    "#);
}

#[test]
fn what_aws_says_of_what_stays_is_shown() {
    let noted = |live: LiveValue, note: &str| LiveValue { notes: vec![note.into()], ..live };
    let database = noted(live("db-instance.main", "db"), "it is stopped");
    let changed = Step { live: Some(database), ..step("db-instance.main", Action::Update, "") };
    let mut plan = plan(vec![changed], 1, Vec::new());
    plan.unchanged.push(noted(live("service.a", "a"), "1 of 2 running"));
    insta::assert_snapshot!(text(&plan), @r#"
       ~  db-instance.main  updated

    Good to know:
      service.a         1 of 2 running
      db-instance.main  it is stopped

    1 resource: 0 to add, 1 to change, 0 to replace, 0 to destroy; 2 unchanged.
    Read in 52 calls, 0.8 s.
    "#);
}

#[test]
fn colour_changes_nothing_but_colour() {
    let step = Step {
        changes: vec![change("class", json!("a"), json!("b"))],
        ..step("db-instance.main", Action::Update, "")
    };
    let plan = plan(vec![step], 1, Vec::new());
    let mut options = PlanText::default();
    options.styles.colorize();
    let coloured = plan_text(&plan, &options);
    assert!(coloured.contains("\u{1b}[33m ~ \u{1b}[0m"), "{coloured:?}");
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, plan_text(&plan, &PlanText::default()));
}

#[test]
fn a_plan_ends_with_what_it_will_take() {
    let mut plan = plan(vec![step("db-instance.main", Action::Create, "")], 0, Vec::new());
    plan.forecast = Forecast {
        time: Spread { median: Duration::from_millis(431_600), slow: Duration::from_secs(561) },
        critical_path: vec![Address::new("vpc", "main"), Address::new("db-instance", "main")],
        calls: 143,
    };
    insta::assert_snapshot!(text(&plan), @r#"
       +  db-instance.main

    1 resource: 1 to add, 0 to change, 0 to replace, 0 to destroy; 0 unchanged.
    Expected: 7 min 12 s (nine in ten runs take less than 9) min 21 s; about 195 calls. The critical path:
      vpc.main -> db-instance.main
    Read in 52 calls, 0.8 s.
    "#);
}
