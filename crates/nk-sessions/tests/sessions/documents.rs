//! What is printed with `--json` by commands that are over at once, and what account they are for.

use nk_tests::terminal::Terminal;
use serde_json::{Value as Json, json};

use crate::common::{WHOLE, terminal};

const ACCOUNT: &str = "123456789012";

fn document(terminal: &Terminal, line: &str) -> Json {
    let said = terminal.nk(&format!("{line} --env dev --json")).with_code(0);
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.out))
}

#[test]
fn every_command_prints_documents_if_asked_to() {
    let terminal = terminal(&[("neuraknot.toml", WHOLE)]);
    let planned = document(&terminal, "plan");
    assert_eq!(planned["region"], "ap-northeast-1");
    assert_eq!(planned["account"], ACCOUNT);
    assert!(planned["caller"].as_str().unwrap().starts_with("arn:aws:"), "{}", planned["caller"]);
    assert_eq!(planned["cost"]["region"], "ap-northeast-1");
    let cost = &planned["cost"];
    let sum = cost["fixed"].as_f64().unwrap() + cost["used"].as_f64().unwrap();
    assert!((cost["change"].as_f64().unwrap() - sum).abs() < 0.01, "there was nothing: {cost}");
    let windows = planned["notes"].as_array().unwrap().iter();
    let windows = windows.filter_map(|note| note["text"].as_str());
    let windows: Vec<_> = windows.filter(|text| text.ends_with("JST")).collect();
    assert_eq!(
        windows,
        [
            "`backup-window` is 17:00-18:00 UTC = 02:00-03:00 JST",
            "`maintenance-window` is sat:19:00-sat:20:00 UTC = sun:04:00-sun:05:00 JST",
        ]
    );
    assert_eq!(document(&terminal, "unlock")["removed"], Json::Null);

    let _ = terminal.nk("apply --env dev --yes").with_code(0);
    let planned = document(&terminal, "plan");
    assert!(!planned["notes"].to_string().contains("JST"), "{}", planned["notes"]);
    terminal.write("value", "an id");
    let set = "secrets set oauth-credentials google.client_id --from-file value";
    assert_eq!(
        document(&terminal, set),
        json!({"secret": "neuraKnot-dev-oauth-credentials", "set": "google.client_id"})
    );
    assert_eq!(document(&terminal, "secrets get oauth-credentials google.client_id"), "an id");
    assert!(document(&terminal, "output")["cluster"].is_string());
}

/// The stack file, for one account.
fn in_account(account: &str) -> String {
    WHOLE.replacen("region  =", &format!("account = \"{account}\"\nregion  ="), 1)
}

#[test]
fn the_account_of_the_stack_file_is_the_only_one_but_for_a_rehearsal() {
    let terminal = terminal(&[("neuraknot.toml", &in_account("999999999999"))]);
    let said = terminal.nk("plan --env dev").with_code(1);
    let theirs = format!("credentials are of account {ACCOUNT}");
    for word in ["account 999999999999", &theirs] {
        assert!(said.err.contains(word), "no `{word}` in:\n{}", said.err);
    }
    let rehearsal = terminal.variable("AWS_ENDPOINT_URL", "http://localhost/clouds");
    let _ = rehearsal.nk("plan --env prod --local").with_code(0);
}
