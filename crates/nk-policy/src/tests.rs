use nk_model::Denied;
use nk_stack::{Source, Stack};

use super::*;

const STACK: &str = include_str!("../../../stacks/neuraknot.toml");
const AUTH: &str = "project = \"p\"\nregion = \"cn-north-1\"\naccount = \"123456789012\"\n\
                    [auth]\nsign-in = [\"email\"]\ncallback-urls = [\"https://a.example\"]\n[env.dev]\n";

fn stack(text: &str, environment: &str) -> Stack {
    let source = Source { name: "stack.toml".into(), text: text.into() };
    nk_stack::read(&source, environment).expect("the stack file is right")
}

fn policy(stack: &Stack, scope: Scope) -> Policy {
    policy_with(stack, scope, false)
}

fn policy_with(stack: &Stack, scope: Scope, shortcuts: bool) -> Policy {
    let read = |kind: &&KindInfo| scope.reads_everything() || stack.may_want(kind.kind);
    let kinds = nk_kinds::KINDS.iter().filter(read);
    let kinds: Vec<_> = kinds.copied().collect();
    let place = Place { region: &stack.region, account: stack.account.as_deref() };
    Policy::new(&stack.expand(&stack.awaited()), &kinds, place, scope, shortcuts)
}

fn whole(environment: &str, scope: Scope) -> Policy {
    policy(&stack(STACK, environment), scope)
}

fn actions(policy: &Policy) -> BTreeSet<&str> {
    policy.statements.iter().flat_map(|one| &one.actions).map(String::as_str).collect()
}

/// What an action is allowed on.
fn on<'a>(policy: &'a Policy, action: &str) -> BTreeSet<&'a str> {
    let those = policy.statements.iter().filter(|statement| statement.actions.contains(action));
    those.flat_map(|statement| &statement.resources).map(String::as_str).collect()
}

#[test]
fn a_plan_only_reads() {
    for action in actions(&whole("prod", Scope::Plan)) {
        let verb = action.split(':').nth(1).unwrap();
        let reads = ["Describe", "Get", "List"].iter().any(|word| verb.starts_with(word));
        assert!(reads, "{action}");
    }
}

#[test]
fn a_stack_of_nothing_but_users_needs_no_network() {
    let apply = policy(&stack(AUTH, "dev"), Scope::Apply);
    let services: BTreeSet<_> =
        actions(&apply).iter().map(|action| action.split(':').next().unwrap()).collect();
    assert_eq!(services, BTreeSet::from(["cognito-idp", "secretsmanager", "ssm", "tag"]));
    let auth = policy(&stack(AUTH, "dev"), Scope::Everything);
    assert!(actions(&auth).contains("ec2:DescribeVpcs"), "what is left is looked for");
    assert!(!actions(&auth).contains("ec2:DeleteVpc"));
    let pool = "arn:aws-cn:cognito-idp:cn-north-1:123456789012:userpool/*";
    assert_eq!(on(&auth, "cognito-idp:DeleteUserPool"), BTreeSet::from([pool]));
}

#[test]
fn what_only_saves_calls_is_left_out_unless_it_is_asked_for() {
    let stack = stack(STACK, "prod");
    let saving = ["iam:GetAccountAuthorizationDetails", "tag:GetResources"];
    for scope in [Scope::Plan, Scope::Apply, Scope::Destroy, Scope::Everything] {
        let (bare, more) = (policy(&stack, scope), policy_with(&stack, scope, true));
        let added: Vec<_> = actions(&more).difference(&actions(&bare)).copied().collect();
        assert_eq!(added, saving, "{scope:?}");
    }
}

#[test]
fn an_apply_cannot_remove_what_cannot_be_made_again() {
    for precious in ["rds:DeleteDBInstance", "cognito-idp:DeleteUserPool"] {
        assert!(!actions(&whole("prod", Scope::Apply)).contains(precious), "{precious}");
        assert!(actions(&whole("prod", Scope::Destroy)).contains(precious), "{precious}");
    }
}

#[test]
fn only_what_is_needed_is_read_of_the_secrets() {
    let arn = |name| format!("arn:aws:secretsmanager:ap-northeast-1:*:secret:{name}");
    let (password, credentials) =
        (arn("neuraKnot-dev-db-password*"), arn("neuraKnot-dev-oauth-credentials*"));
    let apply = whole("dev", Scope::Apply);
    let read = on(&apply, "secretsmanager:GetSecretValue");
    assert_eq!(read, BTreeSet::from([password.as_str(), credentials.as_str()]));
    let plan = whole("dev", Scope::Plan);
    let read = on(&plan, "secretsmanager:GetSecretValue");
    assert_eq!(read, BTreeSet::from([credentials.as_str()]));
}

#[test]
fn a_condition_stands_where_what_is_asked_for_has_no_name() {
    let everything = whole("prod", Scope::Everything);
    let bare = |statement: &&Statement| statement.condition.is_none();
    for statement in everything.statements.iter().filter(bare) {
        let reads = |action: &String| {
            ["Describe", "Get", "List"].iter().any(|word| action.contains(&format!(":{word}")))
        };
        let named = |arn: &String| arn.contains("neura") || arn.contains(":default");
        // ECS supports no resource for this one.
        let excused = |action: &String| action == "ecs:DeregisterTaskDefinition";
        assert!(
            statement.resources.iter().all(named)
                || statement.actions.iter().all(|action| reads(action) || excused(action)),
            "{statement:?}"
        );
    }
}

#[test]
fn no_pattern_covers_a_stack_whose_name_begins_alike() {
    let everything = whole("dev", Scope::Everything);
    let mut resources = everything.statements.iter().flat_map(|statement| &statement.resources);
    let loose = resources.find(|arn| arn.to_lowercase().contains("neuraknot-dev*"));
    assert_eq!(loose, None);
}

#[test]
fn what_the_stack_has_not_got_is_not_asked_for() {
    let without = STACK.replace("monitoring  = \"60s\"", "monitoring  = \"0s\"");
    let passed = |text: &str| {
        let policy = policy(&stack(text, "dev"), Scope::Apply);
        policy.document().to_string().contains("monitoring.rds.amazonaws.com")
    };
    assert!(passed(STACK));
    assert!(!passed(&without));
    let snapshot = |text: &str| {
        let policy = policy(&stack(text, "dev"), Scope::Destroy);
        actions(&policy).contains("rds:CreateDBSnapshot")
    };
    let taken = STACK.replace("insights    = true", "insights    = true\nfinal-snapshot = true");
    assert!(snapshot(&taken));
    assert!(!snapshot(STACK));
}

#[test]
fn the_parts_fit_and_allow_the_same_together() {
    let everything = whole("prod", Scope::Everything);
    let parts = everything.parts(MANAGED);
    assert!(parts.len() > 1 && everything.size() <= EMBEDDED, "{}", everything.size());
    assert!(parts.iter().all(|part| part.size() <= MANAGED));
    let together: Vec<_> = parts.iter().flat_map(|part| &part.statements).collect();
    assert_eq!(together.len(), everything.statements.len());
    assert!(everything.statements.iter().all(|statement| together.contains(&statement)));
}

#[test]
fn what_was_denied_is_granted_by_one_statement() {
    let denied =
        |action: &str, resource: &str| Denied { action: action.into(), resource: resource.into() };
    let one = [denied("iam:PassRole", "arn:aws:iam::1:role/task")];
    let all = [&one[..], &[denied("ec2:DescribeVpcs", "*")]].concat();
    let granted = |denied: &[Denied], statement: &str| {
        let hint = grant_hint(denied).unwrap();
        assert_eq!(hint.split_once(": ").unwrap().1, statement);
    };
    granted(
        &one,
        r#"{"Action":"iam:PassRole","Effect":"Allow","Resource":"arn:aws:iam::1:role/task"}"#,
    );
    granted(
        &all,
        r#"{"Action":["ec2:DescribeVpcs","iam:PassRole"],"Effect":"Allow","Resource":"*"}"#,
    );
    assert_eq!(grant_hint([]), None);
}
