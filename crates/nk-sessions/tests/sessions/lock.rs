//! The lock, as people meet it: held, taken over, removed.

use insta::assert_snapshot;
use serde_json::json;
use tokio::time::Duration;

use crate::common::{filtered, meanwhile, shop};

/// Somebody's apply has written the lock so many seconds ago.
fn held(terminal: &nk_tests::terminal::Terminal, ago: u64) {
    let holder = json!({
        "holder": "ben (process 7)", "host": "desk", "since": "2026-11-22 18:30:05 UTC",
        "command": "nk apply --env dev", "nonce": "1",
    });
    meanwhile(terminal, "shop-dev", |sim| {
        sim.set_lock(&holder.to_string(), Duration::from_secs(ago));
    });
}

#[test]
fn a_lock_that_is_held_is_not_taken() {
    let terminal = shop();
    held(&terminal, 5);
    assert_snapshot!(terminal.session("apply --env dev --yes"), @r"
    exit code 1
    --- stderr
    error: another run holds the lock of this stack: ben (process 7) on desk since 2026-11-22 18:30:05 UTC: `nk apply --env dev`

    hint: its last sign of life was 5 s ago; 90 s without one and the lock is free, or `nk unlock --env dev` removes it
    ");
    assert_snapshot!(terminal.session("apply --env dev --yes --json"), @r#"
    exit code 1
    --- stderr
    {"event":"error","error":"another run holds the lock of this stack: ben (process 7) on desk since 2026-11-22 18:30:05 UTC: `nk apply --env dev`","causes":[],"hint":"its last sign of life was 5 s ago; 90 s without one and the lock is free, or `nk unlock --env dev` removes it"}
    "#);
}

#[test]
fn a_lock_that_nobody_renews_is_taken_over() {
    let terminal = shop();
    held(&terminal, 100);
    let _ = terminal.nk("apply --env dev --yes").with_code(0);
    assert_snapshot!(terminal.session("unlock --env dev"), @r"
    exit code 0
    --- stderr
    nobody holds the lock of shop-dev
    ");
}

#[test]
fn a_lock_can_be_removed_by_hand() {
    let terminal = shop();
    held(&terminal, 5);
    assert_snapshot!(terminal.session("unlock --env dev"), @r"
    exit code 0
    --- stderr
    removed the lock of ben (process 7) on desk since 2026-11-22 18:30:05 UTC: `nk apply --env dev`
    ");
    assert_snapshot!(terminal.session("unlock --env dev"), @r"
    exit code 0
    --- stderr
    nobody holds the lock of shop-dev
    ");
    let _ = terminal.nk("apply --env dev --yes").with_code(0);
}

#[test]
fn a_removed_lock_is_data_too() {
    let _filtered = filtered();
    let terminal = shop();
    held(&terminal, 5);
    assert_snapshot!(terminal.session("unlock --env dev --json"), @r#"
    exit code 0
    --- stdout
    {
      "removed": {
        "command": "nk apply --env dev",
        "holder": "ben (process [id])",
        "host": "[machine]",
        "since": "[time]"
      },
      "stack": {
        "environment": "dev",
        "project": "shop"
      }
    }
    "#);
    assert_snapshot!(terminal.session("unlock --env dev --json"), @r#"
    exit code 0
    --- stdout
    {
      "removed": null,
      "stack": {
        "environment": "dev",
        "project": "shop"
      }
    }
    "#);
}

#[test]
fn whatever_stands_in_the_lock_is_respected() {
    let terminal = shop();
    meanwhile(&terminal, "shop-dev", |sim| sim.set_lock("not JSON", Duration::from_secs(5)));
    assert_snapshot!(terminal.session("apply --env dev --yes"), @r"
    exit code 1
    --- stderr
    error: another run holds the lock of this stack: somebody on an unknown machine since an unknown time: `something else than nk wrote this lock`

    hint: its last sign of life was 5 s ago; 90 s without one and the lock is free, or `nk unlock --env dev` removes it
    ");
}
