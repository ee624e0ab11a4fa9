//! Stack files that are not valid TOML: every mistake of TOML is reported, and nothing about the
//! meaning of the rest.

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
fn every_mistake_of_toml_comes_at_once() {
    let text = NEURAKNOT
        .replace("insights    = true", "insights    = yes")
        .replace("port = 8000", "port 8000")
        .replace("https = ", "https == ")
        .replace("keep = \"90d\"", "keep \"90d\"");
    insta::assert_snapshot!(messages(&text).join("\n"), @r"
    19:15 not TOML: string values must be quoted, expected literal string (here)
    30:8 not TOML: extra `=`, expected nothing (here)
    43:6 not TOML: key with no value, expected `=` (here)
    56:11 not TOML: key with no value, expected `=` (here)
    58:22 not TOML: extra `=`, expected nothing (here)
    ");
}

#[test]
fn each_way_to_break_toml_has_a_place() {
    let all = [
        changed("insights    = true", "insights    = \"yes"),
        changed("insights    = true", "insights    = '''yes"),
        changed("insights    = true", "insights    = \"\\y\""),
        changed("insights    = true", "engine = \"postgres\""),
        changed("insights    = true", "insights    = true false"),
        changed("window = \"02:00-03:00 JST\" }", "window = \"02:00-03:00 JST\""),
        changed("calls = [\"python-ai\"]", "calls = [\"python-ai\""),
        changed("[services.python-ai]", "[services python-ai]"),
        changed("[services.python-ai]", "[services.python-ai"),
        changed("[services.python-ai]", "services.python-ai]"),
        changed("[env.prod]", "[logs]\nkeep = \"90d\"\n\n[env.prod]"),
    ];
    let all: Vec<_> = all.iter().map(|text| messages(text).join("\n")).collect();
    insta::assert_snapshot!(all.join("\n--\n"), @r#"
    19:19 not TOML: invalid basic string, expected `"` (here)
    --
    59:1 not TOML: invalid multi-line literal string, expected `'` (here)
    --
    19:17 not TOML: missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\`, `"`, `x`, `u`, `U` (here)
    --
    19:1 not TOML: duplicate key (here)
    --
    19:15 not TOML: string values must be quoted, expected literal string (here)
    --
    18:1 not TOML: missing comma between key-value pairs, expected `,` (here)
    --
    40:1 not TOML: missing comma between array elements, expected `,` (here)
    --
    40:10 not TOML: unclosed table, expected `]` (here)
    --
    40:20 not TOML: unclosed table, expected `]` (here)
    --
    40:19 not TOML: key with no value, expected `=` (here)
    --
    53:2 not TOML: duplicate key (here)
    54:1 not TOML: duplicate key (here)
    "#);
}

#[test]
fn what_a_file_means_is_checked_once_it_is_toml() {
    let text = NEURAKNOT
        .replace("insights    = true", "insights    = yes")
        .replace("\"per-zone\"", "\"perzone\"");
    insta::assert_snapshot!(messages(&text).join("\n"), @"19:15 not TOML: string values must be quoted, expected literal string (here)");
    assert_eq!(nk_stack::environments(&source(&text)), ["dev"]);
    let other = nk_stack::read(&source(&text), "staging").unwrap_err();
    assert_eq!(other.count(), 1, "{other:?}");
}
