//! Stack files that are no TOML throughout: what is no TOML in them, and the mistakes in the rest.

use crate::common::{NEURAKNOT, changed, messages, mistakes, source};

#[test]
fn broken_toml_has_a_place() {
    insta::assert_snapshot!(mistakes(&changed("insights    = true", "insights    = yes")), @r#"
      × 1 mistake in `stack.toml`

    Error:
      × not TOML: string values must be quoted, expected literal string
        ╭─[stack.toml:19:15]
     18 │ maintenance = "Sun 04:00-05:00 JST"
     19 │ insights    = yes
        ·               ─┬─
        ·                ╰── here
     20 │ monitoring  = "60s"
        ╰────
    "#);
}

#[test]
fn all_that_is_no_toml_comes_at_once() {
    let text = NEURAKNOT
        .replace("insights    = true", "insights    = yes")
        .replace("port = 8000", "port 8000")
        .replace("keep = \"90d\"", "keep \"90d\"");
    insta::assert_snapshot!(messages(&text).join("\n"), @r"
    19:15 not TOML: string values must be quoted, expected literal string (here)
    43:6 not TOML: key with no value, expected `=` (here)
    56:11 not TOML: key with no value, expected `=` (here)
    ");
}

#[test]
fn what_means_nothing_comes_with_what_is_no_toml() {
    let text = NEURAKNOT
        .replace("insights    = true", "insights    = yes")
        .replace("\"per-zone\"", "\"perzone\"")
        .replace("engine      =", "engines     =")
        .replace("keep = \"30d\"", "kept = \"30d\"");
    // Of a section that is no TOML throughout nothing else is said.
    insta::assert_snapshot!(messages(&text).join("\n"), @r#"
    6:8 `network.nat` must be `"per-zone"`, `"single"` or `"none"` (`perzone` is not)
    19:15 not TOML: string values must be quoted, expected literal string (here)
    51:1 `kept` is not a key of `logs` (unknown key)
    "#);
}

#[test]
fn nothing_behind_an_open_bracket_is_told_of_its_block() {
    let text = changed("window = \"02:00-03:00 JST\" }", "window = \"02:00-03:00 JST\"")
        .replace("\"db.t3.micro\"", "\"t3.micro\"")
        .replace("engine      = ", "engine      ");
    insta::assert_snapshot!(messages(&text).join("\n"), @r"
    13:13 not TOML: key with no value, expected `=` (here)
    17:15 not TOML: `{` is not closed (opened here)
    ");
    let text = changed("calls = [\"python-ai\"]", "calls = [\"python-ai\"");
    insta::assert_snapshot!(mistakes(&text), @r#"
      × 1 mistake in `stack.toml`

    Error:
      × not TOML: `[` is not closed
        ╭─[stack.toml:38:9]
     37 │ database = true                  # DB_HOST, DB_PORT, DB_NAME, DB_USER; DB_PASSWORD from the secret
     38 │ calls = ["python-ai"
        ·         ┬
        ·         ╰── opened here
     39 │
        ╰────
    "#);
    let text = changed("port = 8000", "port = 8000\nimage = \"\"\"neuraKnot");
    insta::assert_snapshot!(messages(&text).join("\n"), @r#"44:9 not TOML: `"""` is not closed (opened here)"#);
}

#[test]
fn what_is_elsewhere_than_an_open_bracket_and_a_broken_head_is_told() {
    let text = changed("\"email\"]", "\"email\"")
        .replace("[logs]", "[lo gs]")
        .replace("\"per-zone\"", "\"perzone\"")
        .replace("port = 8000", "port = 80000");
    insta::assert_snapshot!(mistakes(&text), @r#"
      × 4 mistakes in `stack.toml`

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

    Error:
      × not TOML: `[` is not closed
        ╭─[stack.toml:23:12]
     22 │ [auth]
     23 │ sign-in  = ["username", "email"
        ·            ┬
        ·            ╰── opened here
     24 │ password = { length = 8, require = ["lower", "upper", "digit", "symbol"], temporary = "7d" }
        ╰────

    Error:
      × `services.python-ai.port` cannot be 80000
        ╭─[stack.toml:43:8]
     42 │ memory = 1024
     43 │ port = 80000
        ·        ──┬──
        ·          ╰── must be 1 to 65535
     44 │
        ╰────

    Error:
      × not TOML: unclosed table, expected `]`
        ╭─[stack.toml:50:4]
     49 │
     50 │ [lo gs]
        ·    ▲
        ·    ╰── here
     51 │ keep = "30d"
        ╰────
    "#);
}

#[test]
fn a_head_without_its_bracket_begins_a_block() {
    for head in ["services.python-ai]", "[services.python-ai", "[services python-ai]"] {
        let text = changed("[services.python-ai]", head)
            .replace("port = 8080", "port = 0")
            .replace("port = 8000", "port = 0")
            .replace("port = 3000", "port = 0");
        let said = messages(&text);
        assert!(said[1].starts_with("40:") && said[1].contains("not TOML"), "{said:?}");
        let others = [&said[0], &said[2]].map(|one| one.split_once(' ').unwrap().1);
        let ports = ["backend-go", "nextjs-frontend"]
            .map(|name| format!("`services.{name}.port` cannot be 0 (must be 1 to 65535)"));
        assert_eq!(others, ports.each_ref().map(String::as_str), "{said:?}");
        assert_eq!(said.len(), 3, "{said:?}");
    }
}

#[test]
fn nothing_is_missing_that_a_broken_top_may_say() {
    let text = changed("project = ", "project ")
        .replace("ap-northeast-1c", "us-east-1c")
        .replace("\"per-zone\"", "\"perzone\"");
    insta::assert_snapshot!(messages(&text).join("\n"), @r#"
    1:9 not TOML: key with no value, expected `=` (here)
    6:8 `network.nat` must be `"per-zone"`, `"single"` or `"none"` (`perzone` is not)
    "#);
    // What is not there has no letters there.
    let text = text.replace("region  =", "regio  =");
    insta::assert_snapshot!(messages(&text).join("\n"), @r#"
    1:1 `region` is missing (it belongs here)
    1:9 not TOML: key with no value, expected `=` (here)
    6:8 `network.nat` must be `"per-zone"`, `"single"` or `"none"` (`perzone` is not)
    "#);
}

#[test]
fn nothing_is_told_that_a_broken_environment_may_override() {
    let text = changed("protect = true", "protect = yes")
        .replace("\"per-zone\"", "\"perzone\"")
        .replace("keep = \"30d\"", "keep = \"31d\"");
    let said = |environment| {
        let problems = nk_stack::read(&source(&text), environment).unwrap_err();
        let lines = problems.iter().map(|at| format!("{}:{} {}", at.line, at.column, at.message));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(said("dev"), @r#"
    6:8 `network.nat` must be `"per-zone"`, `"single"` or `"none"`
    51:8 CloudWatch Logs keeps nothing for 31d
    57:11 not TOML: string values must be quoted, expected literal string
    "#);
    insta::assert_snapshot!(said("prod"), @r#"
    6:8 `network.nat` must be `"per-zone"`, `"single"` or `"none"`
    57:11 not TOML: string values must be quoted, expected literal string
    "#);
    assert_eq!(nk_stack::environments(&source(&text)), ["prod"]);
}

#[test]
fn a_broken_service_leaves_the_others() {
    let text = changed("port = 8000", "port 8000")
        .replace("[\"python-ai\"]", "[\"python\"]")
        .replace("memory = 512\nport = 3000", "memory = 768\nport = 3000\nroute = {}");
    insta::assert_snapshot!(messages(&text).join("\n"), @r"
    43:6 not TOML: key with no value, expected `=` (here)
    47:10 Fargate has no tasks with 256 CPU units and 768 MiB (no such pair)
    ");
}

#[test]
fn of_a_section_in_several_blocks_the_whole_ones_are_told_of() {
    let text =
        changed("monitoring  = \"60s\"", "monitoring  = \"61s\"\n\n[database.parameters]\nA = yes")
            .replace("storage     = ", "# ");
    insta::assert_snapshot!(messages(&text).join("\n"), @r"
    20:15 Enhanced Monitoring cannot look every 61s (must be 0s (off), 1s, 5s, 10s, 15s, 30s or 60s)
    23:5 not TOML: string values must be quoted, expected literal string (here)
    ");
}

#[test]
fn of_what_is_there_twice_the_second_is_a_mistake() {
    let text =
        changed("[env.prod]", "[logs]\nkept = \"30d\"\n\n[env.prod]").replace("\"30d\"", "\"31d\"");
    insta::assert_snapshot!(mistakes(&text), @r#"
      × 2 mistakes in `stack.toml`

    Error:
      × CloudWatch Logs keeps nothing for 31d
        ╭─[stack.toml:51:8]
     50 │ [logs]
     51 │ keep = "31d"
        ·        ──┬──
        ·          ╰── no such retention
     52 │
        ╰────
      help: it keeps entries for 1d, 3d, 5d, 7d, 14d, 30d, 60d, 90d, 120d, 150d, 180d, 365d, 400d,
            545d, 731d, 1096d, 1827d, 2192d, 2557d, 2922d, 3288d, 3653d, or `forever`

    Error:
      × not TOML: duplicate key
        ╭─[stack.toml:53:2]
     52 │
     53 │ [logs]
        ·  ──┬─
        ·    ╰── here
     54 │ kept = "31d"
        ╰────
    "#);
}

#[test]
fn a_list_of_lists_and_a_long_text_have_no_heads() {
    let text = changed("insights    = true", "insights    = yes");
    let with = |more: &str| {
        let text = text.replace("port = 8000", &format!("port = 8000\n{more}"));
        messages(&text.replace("port = 3000", "port = 0")).join("\n")
    };
    insta::assert_snapshot!(with("calls = [\n  [\"a\"],\n  [\"b\"],\n]"), @r"
    19:15 not TOML: string values must be quoted, expected literal string (here)
    45:3 `services.python-ai.calls` must be text (this is a list)
    46:3 `services.python-ai.calls` must be text (this is a list)
    52:8 `services.nextjs-frontend.port` cannot be 0 (must be 1 to 65535)
    ");
    // What could be a head and its lines may be meant, and nothing is said of either.
    insta::assert_snapshot!(with("image = \"\"\"\n[auth]\ntier = 1\"\"\""), @r"
    19:15 not TOML: string values must be quoted, expected literal string (here)
    51:8 `services.nextjs-frontend.port` cannot be 0 (must be 1 to 65535)
    ");
}
