//! `[names]`: what AWS calls things that nk would call otherwise.

use crate::common::{HEAD, NETWORK, NEURAKNOT, expanded, messages, spec, stack};

/// The shipped stack file with these lines under `[names]`.
fn named(lines: &str) -> String {
    NEURAKNOT.replace("[logs]", &format!("[names]\n{lines}\n\n[logs]"))
}

#[test]
fn a_stated_name_stands_wherever_the_thing_is_named() {
    let text = named(
        "\"cluster.main\" = \"old\"\n\
         \"service.python-ai\" = \"ai\"\n\
         \"secret.oauth-credentials\" = \"social/login\"\n\
         \"log-group.python-ai\" = \"/ai\"",
    );
    let desired = expanded(&text, "dev");
    assert_eq!(spec(&desired, "log-group.python-ai")["name"], "/ai");
    assert_eq!(spec(&desired, "cluster.main")["tags"]["Name"], "old");
    let of = &spec(&desired, "alarm.python-ai-cpu")["dimensions"];
    assert_eq!((&of["ClusterName"], &of["ServiceName"]), (&"old".into(), &"ai".into()));
    let body = spec(&desired, "dashboard.main")["body"].to_string();
    assert!(body.contains("\"ClusterName\",\"old\",\"ServiceName\",\"ai\""), "{body}");
    assert_eq!(stack(&text, "dev").oauth_secret().as_deref(), Some("social/login"));
    let waits = "waits for x.client_id and x.client_secret in the secret social/login";
    assert!(desired.notes.iter().any(|note| note.text == waits));
}

#[test]
fn an_environment_has_names_of_its_own() {
    let text = named("\"cluster.main\" = \"old\"")
        .replace("[env.prod]", "[env.prod.names]\n\"cluster.main\" = \"older\"\n\n[env.prod]");
    let name = |environment| spec(&expanded(&text, environment), "cluster.main")["name"].clone();
    assert_eq!((name("dev"), name("prod")), ("old".into(), "older".into()));
}

#[test]
fn what_names_nothing_or_is_no_name_has_a_place() {
    let said = |lines: &str| messages(&named(lines)).join("\n");
    let all = [
        said("\"security-group.rdss\" = \"a\""),
        said("\"securty-group.rds\" = \"a\""),
        said("\"subnet.public-1\" = \"a\""),
        said("\"log-group.python\" = \"a\""),
        said("security-group = \"a\""),
        said("security-group.rds = \"a\""),
        said("\"security-group.rds\" = 1"),
        said("\"repository.python-ai\" = \"AI\""),
        said("\"load-balancer.main\" = \"a-name-that-is-longer-than-AWS-takes\""),
        said("\"service.python-ai\" = \"neuraKnot-dev-backend-go\""),
        said("\"user-pool-domain.main\" = \"my-cognito\""),
    ];
    insta::assert_snapshot!(all.join("\n"), @r"
    51:1 `security-group.rdss` is not in the stack (unknown address)
    51:1 there is no kind `securty-group` (unknown kind)
    51:1 nk finds a `subnet` by its tags (has no name)
    51:1 `log-group.python` is not in the stack (unknown address)
    51:1 `security-group` is not an address: a kind, a dot and a name of letters, digits and hyphens, as in `vpc.main` (not an address)
    51:1 `names.security-group` must be text (this is a table)
    51:24 `names.security-group.rds` must be text (this is a number)
    51:26 `repository.python-ai` would be called `AI`, which AWS does not take (characters that AWS does not take)
    51:24 `load-balancer.main` would be called `a-name-that-is-longer-than-AWS-takes`, which has 36 characters; AWS takes 32 (4 too many)
    51:23 `service.python-ai` would be called `neuraKnot-dev-backend-go`, like another service (a name given twice)
    51:27 `user-pool-domain.main` would be called `my-cognito`, which contains `cognito` (Cognito has no domains with `cognito`)
    ");
}

#[test]
fn a_name_may_be_stated_of_what_another_section_would_ask_for() {
    let text = format!("{HEAD}{NETWORK}\n[names]\n\"secret.db-password\" = \"old\"\n");
    let names = expanded(&text, "dev").names;
    let secrets = names.of_kind("secret");
    assert_eq!(secrets.called("db-password"), Some("old"));
    // It may have been called so before.
    assert!(secrets.covers("neuraKnot-dev-db-password"));
}
