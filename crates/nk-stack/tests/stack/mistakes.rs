//! Mistakes in a stack file, each with its place and advice.

use crate::common::{NEURAKNOT, changed, messages, mistakes, source};
use nk_stack::Survey;

#[test]
fn the_shipped_file_has_none() {
    assert_eq!(mistakes(NEURAKNOT), "no mistakes");
}

#[test]
fn an_unknown_key_names_the_nearest_and_all() {
    insta::assert_snapshot!(mistakes(&changed("zones = [", "zoness = [")), @r#"
      × 2 mistakes in `stack.toml`

    Error:
      × `network.zones` is missing
       ╭─[stack.toml:4:2]
     3 │
     4 │ [network]
       ·  ───┬───
       ·     ╰── missing in this table
     5 │ cidr = "10.0.0.0/16"
       ╰────
      help: it must be a list of zones: `{ name = …, public = …, private = … }`

    Error:
      × unknown key `zoness` in `network`
       ╭─[stack.toml:7:1]
     6 │ nat  = "per-zone"
     7 │ zoness = [
       · ───┬──
       ·    ╰── unknown key
     8 │   { name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" },
       ╰────
      help: did you mean `zones`? known keys: `cidr`, `nat`, `zones`
    "#);
}

#[test]
fn an_unknown_section_names_the_nearest() {
    insta::assert_snapshot!(mistakes(&changed("[logs]", "[log]")), @r#"
      × 1 mistake in `stack.toml`

    Error:
      × unknown key `log` in the stack file
        ╭─[stack.toml:50:2]
     49 │
     50 │ [log]
        ·  ─┬─
        ·   ╰── unknown key
     51 │ keep = "30d"
        ╰────
      help: did you mean `logs`? known keys: `project`, `region`, `account`, `protect`, `network`,
            `database`, `auth`, `load-balancer`, `services`, `logs`, `alarms`, `cost`
    "#);
}

#[test]
fn a_wrong_type_says_what_it_must_be() {
    insta::assert_snapshot!(mistakes(&changed("\"15.4\"", "15.4")), @r#"
      × 1 mistake in `stack.toml`

    Error:
      × `database.version` must be a version such as `"15"` or `"15.4"`
        ╭─[stack.toml:14:15]
     13 │ engine      = "postgres"
     14 │ version     = 15.4
        ·               ──┬─
        ·                 ╰── this is a number
     15 │ class       = "db.t3.micro"
        ╰────
      help: write it in quotes: `"15.4"`
    "#);
}

#[test]
fn a_misspelt_word_names_the_nearest() {
    insta::assert_snapshot!(mistakes(&changed("\"per-zone\"", "\"perzone\"")), @r#"
      × 1 mistake in `stack.toml`

    Error:
      × `network.nat` must be `"per-zone"`, `"single"` or `"none"`
       ╭─[stack.toml:6:8]
     5 │ cidr = "10.0.0.0/16"
     6 │ nat  = "perzone"
       ·        ────┬────
       ·            ╰── `perzone` is not
     7 │ zones = [
       ╰────
      help: did you mean `"per-zone"`?
    "#);
}

#[test]
fn an_unknown_zone_names_those_that_are_known() {
    let text = changed("05:00 JST", "05:00 Asia/Tokyo");
    let problems = nk_stack::read(&source(&text), "dev").unwrap_err();
    let said: Vec<_> =
        problems.iter().map(|at| format!("{} / {}", at.message, at.help.unwrap())).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"`database.maintenance` must be a window such as `"02:00-03:00 JST"` or `"Sun 04:00-05:00 JST"` / the time zone is `UTC`, `JST` or an offset such as `+09:00`, and UTC if there is none"#);
}

#[test]
fn wrong_references_come_with_the_other_mistakes() {
    let text = changed("class       = \"db.t3.micro\"", "class = \"t3.micro\"").replace(
        "port = 3000",
        "port = 3000\nenvironment = { A = \"@{user-pool.main\", B = \"@{user-pool.main.name}\", \
         C = \"@{db-instance.main.endpoint}\", D = \"@{pool.main.id}\" }\n\
         secrets = { E = \"oauth-credentials:google.client_id\" }",
    );
    insta::assert_snapshot!(messages(&text).join("\n"), @r#"
    15:9 `t3.micro` is not a database instance class (not a class)
    49:21 `@{user-pool.main` opens a reference with `@{` and does not close it (not a reference)
    49:45 the kind `user-pool` has no output `name` (unknown output)
    49:111 `@{pool.main.id}` refers to `pool.main`, which is not in the stack (unknown resource)
    50:17 ECS cannot read `google.client_id`; it reads only the top-level keys of a secret (not a top-level key)
    "#);
}

#[test]
fn a_target_group_too_long_in_prod_shows_in_dev() {
    let text = changed("port = 3000", "port = 3000\nroute = { path = \"/*\" }");
    insta::assert_snapshot!(mistakes(&text), @r#"
      × 1 mistake in `stack.toml`

    Error:
      × `target-group.nextjs-frontend` would be called `neuraKnot-prod-nextjs-frontend-tg`, which has
      │ 33 characters; AWS takes 32
        ╭─[stack.toml:45:11]
     44 │
     45 │ [services.nextjs-frontend]
        ·           ───────┬───────
        ·                  ╰── 1 too many
     46 │ cpu = 256
        ╰────
      help: set `services.nextjs-frontend.route.name` to a shorter name for the target group
    "#);
}

#[test]
fn required_https_without_a_certificate_names_the_keys() {
    let stack = nk_stack::read(&source(NEURAKNOT), "prod").unwrap();
    let problems = stack.check_https(&Survey::default()).unwrap_err();
    let at = problems.iter().next().unwrap();
    assert_eq!((at.line, at.column), (58, 23));
    insta::assert_snapshot!(format!("{}\n{}\n{}", problems, at.message, at.help.unwrap()), @r#"
    1 mistake in `stack.toml`
    HTTPS is required in `prod`, but there is no certificate
    set `load-balancer.certificate` to the ARN of an ACM certificate in this region that is ISSUED, or say `load-balancer.https = "optional"`
    "#);
}

#[test]
fn https_is_required_where_the_environment_is_protected_unless_the_stack_says_otherwise() {
    let required = |https: &str, environment: &str| {
        let text = changed("https = \"optional\"", https)
            .replace("\nload-balancer.https = \"required\"", "");
        nk_stack::read(&source(&text), environment).unwrap().wants_certificate()
    };
    assert!(required("", "prod"));
    assert!(!required("", "dev"));
    assert!(!required("https = \"optional\"", "prod"));
}

#[test]
fn required_https_needs_a_certificate_that_was_issued() {
    let arn = "arn:aws:acm:ap-northeast-1:123456789012:certificate/a";
    let required =
        format!("load-balancer.https = \"required\"\nload-balancer.certificate = \"{arn}\"");
    let text = NEURAKNOT.replace("load-balancer.https = \"required\"", &required);
    let stack = nk_stack::read(&source(&text), "prod").unwrap();
    let said = |status: Option<&str>| {
        let survey = Survey { certificate_status: status.map(str::to_owned), ..Survey::default() };
        stack.check_https(&survey).err().map(|problems| {
            problems.iter().map(|one| one.message.to_string()).collect::<Vec<_>>().join("\n")
        })
    };
    for status in ["PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED", "NOT_FOUND"] {
        let message = format!(
            "HTTPS is required in `prod`, but the status of certificate `{arn}` is {status}"
        );
        assert_eq!(said(Some(status)), Some(message));
    }
    for status in [None, Some("ISSUED"), Some("EXPIRED")] {
        assert_eq!(said(status), None);
    }
}

#[test]
fn all_mistakes_come_at_once() {
    let text = NEURAKNOT
        .replace("10.0.2.0/24", "10.0.1.128/25")
        .replace("ap-northeast-1c", "us-east-1c")
        .replace("memory = 1024", "memory = 768")
        .replace("\"100GB\"", "\"21GB\"")
        .replace("Sun 04:00-05:00 JST", "Sun 02:30-03:30 JST")
        .replace("calls = [\"python-ai\"]", "calls = [\"python\"]")
        .replace("\"90d\"", "\"91d\"");
    insta::assert_snapshot!(messages(&text).join("\n"), @r#"
    9:12 `us-east-1c` is not a zone of ap-northeast-1 (not in the stack's region)
    9:35 10.0.1.128/25 overlaps 10.0.1.0/24 (used by another subnet)
    16:43 storage of 20GB cannot grow to 21GB (less than 10 % more)
    18:15 the backup window, 17:00-18:00 UTC = 02:00-03:00 JST, and the maintenance window, sat:17:30-sat:18:30 UTC = sun:02:30-sun:03:30 JST, overlap (RDS does not allow that)
    38:10 there is no service `python` (unknown service)
    42:10 Fargate does not support 512 CPU units and 768 MiB (no such pair)
    56:13 CloudWatch Logs does not support a retention of 91d (not supported)
    "#);
}
