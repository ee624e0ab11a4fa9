//! Stack files with fewer, more or other sections than the topology.

use crate::common::{HEAD, NETWORK, NEURAKNOT, addresses, expanded, notes, spec, stack};
use nk_stack::Survey;
use serde_json::json;

#[test]
fn auth_alone_makes_only_cognito() {
    let auth = "[auth]\nsign-in = [\"email\"]\ncallback-urls = [\"https://example.com/back\"]\n";
    let text = format!("{HEAD}{auth}");
    let desired = expanded(&text, "dev");
    insta::assert_snapshot!(addresses(&desired), @r#"
    user-pool-client.main
    user-pool-domain.main
    user-pool.main
    "#);
    assert_eq!(spec(&desired, "user-pool.main")["username-attributes"], json!(["email"]));
    assert_eq!(spec(&desired, "user-pool.main")["aliases"], json!([]));
    let stack = stack(&text, "dev");
    assert!(stack.may_want("user-pool") && !stack.may_want("vpc"));
    let desired = expanded(&format!("{text}providers = [\"google\"]\n"), "dev");
    assert!(desired.resources.contains_key(&"secret.oauth-credentials".parse().unwrap()));
}

#[test]
fn the_domain_is_marked_with_the_account() {
    let survey = Survey { account: Some("123456789012".into()), ..Survey::default() };
    let desired = stack(NEURAKNOT, "dev").expand(&survey);
    assert_eq!(spec(&desired, "user-pool-domain.main")["prefix"], "neuraknot-dev-2a33349e");
}

#[test]
fn a_version_is_a_floor() {
    let survey = |versions: &[&str]| Survey {
        engine_versions: versions.iter().map(|version| version.parse().unwrap()).collect(),
        ..Survey::default()
    };
    let version = |versions: &[&str]| {
        let desired = stack(NEURAKNOT, "dev").expand(&survey(versions));
        let told = desired.notes.iter().any(|note| note.about == "db-instance.main");
        let spec = spec(&desired, "db-instance.main");
        assert_eq!(spec["version"], "15.4", "the floor is what the stack file says");
        (spec["install"].clone(), told)
    };
    assert_eq!(version(&[]), (json!(null), false));
    assert_eq!(version(&["15.4", "15.10"]), (json!(null), false));
    assert_eq!(version(&["15.17", "15.9", "16.1", "15.3"]), (json!("15.9"), true));
    assert_eq!(version(&["16.1"]), (json!(null), true));
}

#[test]
fn one_or_no_nat_gateway() {
    let gateways = |nat: &str| {
        let text = format!("{HEAD}{NETWORK}nat = \"{nat}\"\n");
        let desired = expanded(&text, "dev");
        let routes = ["private-1", "private-2"].map(|name| {
            let route = &spec(&desired, &format!("route-table.{name}"))["routes"];
            route.pointer("/0/target/nat-gateway").cloned().unwrap_or_default()
        });
        (desired.of_kind("nat-gateway").len(), desired.of_kind("elastic-ip").len(), routes)
    };
    let nat = |number| json!(format!("@{{nat-gateway.nat-{number}.id}}"));
    assert_eq!(gateways("per-zone"), (2, 2, [nat(1), nat(2)]));
    assert_eq!(gateways("single"), (1, 1, [nat(1), nat(1)]));
    assert_eq!(gateways("none"), (0, 0, [json!(null), json!(null)]));
}

#[test]
fn a_route_with_a_path_adds_target_group_rule_and_way_in() {
    let text = NEURAKNOT
        .replace("port = 3000", "port = 3000\nroute = { path = \"/app/*\", name = \"web\" }");
    let desired = expanded(&text, "dev");
    assert_eq!(
        spec(&desired, "listener.http")["rules"],
        json!({"10": {
            "paths": ["/app/*"],
            "hosts": [],
            "action": {"forward": "@{target-group.nextjs-frontend.arn}"},
        }})
    );
    let group = spec(&desired, "target-group.nextjs-frontend");
    assert_eq!(
        (&group["health"]["path"], &group["name"]),
        (&json!("/"), &json!("neuraKnot-dev-web-tg"))
    );
    let ingress = spec(&desired, "security-group.ecs")["ingress"].to_string();
    assert!(ingress.contains("\"3000\""), "{ingress}");
}

#[test]
fn settings_make_a_parameter_group() {
    let text = NEURAKNOT.replace(
        "insights    = true",
        "insights = true\nparameters = { log_min_duration_statement = \"500\" }",
    );
    let desired = expanded(&text, "dev");
    let group = spec(&desired, "db-parameter-group.main");
    assert_eq!(group["family"], "postgres15");
    assert_eq!(group["name"], "neuraknot-dev-db-parameter-group-postgres15");
    assert_eq!(
        spec(&desired, "db-instance.main")["parameter-group"],
        "@{db-parameter-group.main.name}"
    );
}

#[test]
fn an_environment_may_refer_and_take_secrets() {
    let text = NEURAKNOT.replace(
        "port = 8000",
        r#"port = 8000
image = "@{repository.python-ai.uri}:v3"
environment = { POOL = "@{user-pool.main.id}", API_TOKEN = "abc" }
secrets = { GOOGLE = "oauth-credentials:google" }"#,
    );
    let desired = expanded(&text, "dev");
    let container = &spec(&desired, "task-definition.python-ai")["container"];
    assert_eq!(container["environment"]["POOL"], "@{user-pool.main.id}");
    assert_eq!(container["secrets"]["GOOGLE"], "@{secret.oauth-credentials.arn}:google::");
    assert_eq!(container["image"], "@{repository.python-ai.uri}:v3");
    assert!(notes(&desired).contains("`API_TOKEN` looks like a secret"));
}

#[test]
fn five_elastic_ips_are_not_enough_for_three_zones_twice() {
    let third = "zones = [\n  { name = \"ap-northeast-1d\", public = \"10.0.3.0/24\", private = \"10.0.30.0/24\" },";
    let text = NEURAKNOT.replace("zones = [", third);
    assert!(notes(&expanded(&text, "dev")).contains("need 6 elastic IP addresses"));
    assert!(!notes(&expanded(NEURAKNOT, "dev")).contains("elastic"));
    let told = |(new, used)| nk_stack::address_note(new, used).is_some();
    assert_eq!([(2, 3), (2, 4), (0, 5)].map(told), [false, true, false]);
}

#[test]
fn one_nat_gateway_for_all_zones_is_told_where_people_rely_on_it() {
    let text = NEURAKNOT.replace("\"per-zone\"", "\"single\"");
    let told = |text: &str, environment: &str| {
        notes(&expanded(text, environment)).contains("nat-gateway.nat-1: all zones reach")
    };
    assert!(told(&text, "prod"));
    assert!(!told(&text, "dev"));
    assert!(!told(NEURAKNOT, "prod"));
    let one_zone = format!(
        "{HEAD}protect = true\n[network]\ncidr = \"10.0.0.0/16\"\nnat = \"single\"\nzones = [{{ name = \
         \"ap-northeast-1a\", public = \"10.0.1.0/24\", private = \"10.0.2.0/24\" }}]\n"
    );
    assert!(!told(&one_zone, "dev"), "there is no other zone that could stay");
}

#[test]
fn a_call_without_a_rule_is_told() {
    let told = |value: &str, calls: &str| {
        let frontend = format!(
            "port = 3000\n{calls}\nenvironment = {{ API = \"{value}\", MODE = \"backend-go\" }}"
        );
        let notes = notes(&expanded(&NEURAKNOT.replace("port = 3000", &frontend), "dev"));
        notes.contains("its environment names python-ai:8000, which")
            && notes.contains("-> services.nextjs-frontend.calls")
    };
    for value in ["http://python-ai:8000", "http://python-ai/v1", "python-ai:8000,other:1"] {
        assert!(told(value, ""), "{value}");
        assert!(!told(value, "calls = [\"python-ai\"]"), "{value}");
    }
    for value in ["http://my-python-ai:8000", "python-ai", "http://python-ai.example.com"] {
        assert!(!told(value, ""), "{value}");
    }
}

#[test]
fn the_end_of_standard_support_is_told_a_year_before() {
    let told = |today: Option<&str>| {
        let survey = Survey { today: today.map(str::to_owned), ..Survey::default() };
        let told = notes(&stack(NEURAKNOT, "dev").expand(&survey));
        told.lines().find(|line| line.contains("standard support")).unwrap_or_default().to_owned()
    };
    assert_eq!([told(None), told(Some("2027-02-27"))], ["", ""]);
    insta::assert_snapshot!([told(Some("2027-03-01")), told(Some("2028-03-01"))].join("\n"), @r#"
    db-instance.main: standard support of PostgreSQL 15 ends on 2028-02-29; after that RDS charges for Extended Support -> database.version
    db-instance.main: RDS charges for Extended Support of PostgreSQL 15, because standard support ended on 2028-02-29 -> database.version
    "#);
}

#[test]
fn windows_are_told_in_utc_and_in_their_own_zone_where_a_plan_sets_them() {
    let stack = stack(NEURAKNOT, "dev");
    let line = |note: nk_model::Note| format!("{}: {}", note.about, note.text);
    let all: Vec<_> = stack.window_notes(None).into_iter().map(line).collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    db-instance.main: `backup-window` is 17:00-18:00 UTC = 02:00-03:00 JST
    db-instance.main: `maintenance-window` is sat:19:00-sat:20:00 UTC = sun:04:00-sun:05:00 JST
    "#);
    let plan = |before: &nk_model::Observed| {
        let desired = stack.expand(&Survey::default());
        nk_plan::plan(&desired, before, nk_kinds::kind, &nk_plan::Permission::default()).unwrap()
    };
    let made = plan(&nk_model::Observed::default());
    assert_eq!(stack.window_notes(Some(&made)).len(), 2);
    let nothing = nk_model::Plan { steps: Vec::new(), ..made };
    assert!(stack.window_notes(Some(&nothing)).is_empty());
}
