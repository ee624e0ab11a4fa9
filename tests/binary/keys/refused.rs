//! What cannot change.

use super::cases::DATABASE;

/// Changes that are refused, with the exit code and a part of the reason.
pub(super) const REFUSED: [(&str, &str, i32, &str); 8] = [
    ("\"10.0.0.0/16\"", "\"10.0.0.0/17\"", 1, "replacing `vpc.main`: `cidr` cannot be changed"),
    (DATABASE, "insights    = true\nname = \"other\"", 1, "`database` cannot be changed in place"),
    (DATABASE, "insights    = true\nusername = \"it\"", 1, "`username` cannot be changed in place"),
    ("\"username\", \"email\"", "\"email\"", 1, "Cognito fixes how users sign in"),
    ("\"postgres\"", "\"mysql\"", 4, "mysql"),
    ("memory = 1024", "memory = 1025", 4, "no tasks with 512 CPU units and 1025 MiB"),
    ("region  = \"ap-northeast-1\"", "region  = \"eu-west-1\"", 4, "not a zone of eu-west-1"),
    ("calls = [\"python-ai\"]", "calls = [\"python\"]", 4, "no service `python`"),
];
