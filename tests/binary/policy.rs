//! Least privilege: what `nk iam-policy` prints is enough for nk to do its work, and nothing in it
//! can be left out.

#![expect(clippy::print_stderr, reason = "a long journey tells how far it is")]

use std::{collections::BTreeSet, process::Stdio, sync::Arc};

use nk_tests::{
    authority::{Authority, Policy, Seen},
    proxy::{Rule, Transparent},
    rig::{Rig, Said},
    topology::{STACK, edited, rich},
};
use tokio::io::AsyncWriteExt;

const REGION: &str = "ap-northeast-1";

/// What nk does without if it must, and what for.
const SPARED: [(&str, &str); 4] = [
    ("ecr:GetRegistryScanningConfiguration", "each repository is asked whether it is scanned"),
    ("ecs:DeleteTaskDefinitions", "inactive revisions stay, which cost nothing"),
    ("iam:GetAccountAuthorizationDetails", "the stack's roles are looked at by their names"),
    ("tag:GetResources", "every resource is asked for its own tags"),
];

/// What no emulator gives a reason to ask for.
const UNASKED: [(&str, &str); 6] = [
    ("acm:DescribeCertificate", "asked of AWS, of the certificate that a stack file names"),
    ("ecr:DescribeImages", "asked while a rollout is under way"),
    ("ecs:DescribeTasks", "asked where a rollout has failed"),
    ("ecs:ListTasks", "asked where a rollout has failed"),
    ("logs:PutLogGroupDeletionProtection", "no log group is ever protected"),
    ("ssm:GetParameterHistory", "asked where the lock has another version than ours"),
];

/// A stack's life, under the policies that nk prints for it.
struct Journey {
    rig: Rig,
    environment: &'static str,
    /// Whether each action is taken out in turn.
    proving: bool,
    /// All that the policies of this life allow.
    allowed: BTreeSet<String>,
    asked: BTreeSet<String>,
    /// The actions without which a run has failed, saying so.
    proven: BTreeSet<String>,
    /// The actions without which a run has not failed.
    spared: BTreeSet<String>,
}

impl Journey {
    async fn begin(environment: &'static str, proving: bool) -> Self {
        let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
        let none = BTreeSet::new;
        let (allowed, asked, proven, spared) = (none(), none(), none(), none());
        Self { rig, environment, proving, allowed, asked, proven, spared }
    }

    fn write(&self, text: &str) {
        self.rig.write("stacks/neuraknot.toml", text);
    }

    fn prefix(&self) -> String {
        format!("neuraKnot-{}", self.environment)
    }

    /// The policy for a command; for all of them where none is named.
    async fn policy(&mut self, command: &str) -> Policy {
        self.rig.proxy.set_rule(Arc::new(Transparent));
        let mut arguments = vec!["iam-policy", "--env", self.environment];
        if !command.is_empty() {
            arguments.extend(["--for", command]);
        }
        let policy = Policy::parse(&self.rig.nk(&arguments).await.with_code(0).out);
        self.allowed.extend(policy.actions());
        policy
    }

    /// Runs nk with exactly the policy for `command`, after failing for want of each action that
    /// nothing has failed for yet.
    async fn go(&mut self, command: &str, arguments: &[&str]) -> Said {
        let policy = self.policy(command).await;
        let arguments = [arguments, &["--env", self.environment]].concat();
        loop {
            let all = policy.actions();
            let without = if self.proving { &all - &self.proven } else { BTreeSet::new() };
            let (said, seen) = self.attempt(&policy, &arguments, without).await;
            assert_eq!(seen.refused, Vec::<String>::new(), "{arguments:?}: {}", said.err);
            let text = format!("{}{}", said.out, said.err);
            let named: BTreeSet<_> =
                seen.missed.iter().filter(|action| text.contains(*action)).cloned().collect();
            eprintln!("{arguments:?}: {:?}, for want of {named:?}", said.code);
            self.asked.extend(seen.asked);
            if said.code == Some(0) {
                self.spared.extend(seen.missed);
                return said;
            }
            assert!(!named.is_empty(), "{:?}\n{}\n{}", seen.missed, said.out, said.err);
            self.proven.extend(named);
        }
    }

    async fn attempt(
        &self,
        policy: &Policy,
        arguments: &[&str],
        without: BTreeSet<String>,
    ) -> (Said, Seen) {
        let authority = Arc::new(Authority::new(policy.clone(), &self.prefix(), without));
        self.rig.proxy.set_rule(Arc::clone(&authority) as Arc<dyn Rule>);
        let said = self.rig.nk(arguments).await;
        self.rig.proxy.set_rule(Arc::new(Transparent));
        (said, authority.seen())
    }

    async fn plan(&mut self) -> Said {
        self.go("plan", &["plan"]).await
    }

    async fn apply(&mut self) -> Said {
        self.go("apply", &["apply", "--yes"]).await
    }

    async fn destroy(&mut self) -> Said {
        self.go("destroy", &["destroy", "--yes", "--unprotect"]).await
    }

    /// Applies the stack file with these changes.
    async fn change(&mut self, changes: &[(&str, &str)]) {
        self.write(&edited(rich(), changes));
        let _ = self.apply().await;
    }

    async fn set_secret(&self, key: &str, value: &str) {
        let arguments = ["secrets", "set", "oauth-credentials", key, "--env", self.environment];
        let mut command = self.rig.command(&arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(value.as_bytes()).await.unwrap();
        assert!(child.wait().await.unwrap().success(), "{key} could not be set");
    }

    /// Has the world change something behind nk's back.
    async fn meddle(&self, arguments: &[&str]) -> String {
        let prefix = self.prefix();
        let place = [self.rig.emulator.as_str(), REGION, &prefix];
        self.rig.python("meddle.py", &[&place, arguments].concat()).await
    }
}

fn names(list: &[(&str, &str)]) -> BTreeSet<String> {
    list.iter().map(|(action, _)| (*action).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_comes_and_goes_with_exactly_its_policies() {
    for environment in ["dev", "prod"] {
        let mut journey = Journey::begin(environment, false).await;
        journey.write(STACK);
        let _ = journey.plan().await;
        let _ = journey.apply().await;
        let _ = journey.plan().await;
        let _ = journey.destroy().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_stack_s_cannot_be_touched() {
    let mut journey = Journey::begin("dev", false).await;
    journey.write(STACK);
    let _ = journey.apply().await;
    let policy = journey.policy("destroy").await;
    let others = Arc::new(Authority::new(policy, "neuraKnot-prod", BTreeSet::new()));
    journey.rig.proxy.set_rule(Arc::clone(&others) as Arc<dyn Rule>);
    let arguments = ["destroy", "--env", "dev", "--yes", "--unprotect"];
    let said = journey.rig.nk(&arguments).await;
    assert_ne!(said.code, Some(0));
    let refused = others.seen().refused.join("\n");
    assert!(refused.contains("ec2:DescribeVpcAttribute"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roles_of_a_stack_are_found_without_a_list_of_all() {
    let mut journey = Journey::begin("dev", false).await;
    journey.write(STACK);
    let _ = journey.apply().await;
    let policy = journey.policy("plan").await;
    let list = BTreeSet::from(["iam:GetAccountAuthorizationDetails".to_owned()]);
    let plan = ["plan", "--env", "dev", "--detailed-exitcode"];
    let (said, seen) = journey.attempt(&policy, &plan, list.clone()).await;
    assert_eq!((said.code, &seen.missed), (Some(0), &list), "{}\n{}", said.out, said.err);
    // One that nobody wants any more is found as well.
    journey.write(&STACK.replace("monitoring  = \"60s\"", "monitoring  = \"0s\""));
    let (said, _) = journey.attempt(&policy, &plan, list).await;
    let goes = |line: &str| line.trim_start().starts_with("- ") && line.contains("role.rds");
    assert!(said.out.lines().any(goes), "{}\n{}", said.out, said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_action_taken_out_makes_a_run_fail() {
    let mut journey = Journey::begin("prod", true).await;
    journey.write(&rich());
    let _ = journey.plan().await;
    let _ = journey.apply().await;
    for provider in ["google", "line", "x"] {
        for key in ["client_id", "client_secret"] {
            journey.set_secret(&format!("{provider}.{key}"), "a-value").await;
        }
    }
    let _ = journey.apply().await;
    let id = journey.rig.write("id", "another");
    let id = id.to_str().unwrap().to_owned();
    let set = ["secrets", "set", "oauth-credentials", "google.client_id", "--from-file", &id];
    let _ = journey.go("", &set).await;
    let drifts: Vec<serde_json::Value> =
        serde_json::from_str(&journey.meddle(&["list"]).await).unwrap();
    let layers = drifts.iter().filter_map(|drift| drift["layer"].as_u64()).max().unwrap();
    for layer in 0..=layers {
        let _ = journey.meddle(&["drift", &layer.to_string()]).await;
        let _ = journey.apply().await;
    }
    let zone = "\"10.0.20.0/24\" },\n  { name = \"ap-northeast-1d\", public = \"10.0.4.0/24\", \
                private = \"10.0.40.0/24\" },";
    journey.change(&[("\"10.0.20.0/24\" },", zone)]).await;
    journey.change(&[("\"per-zone\"", "\"single\""), ("\"8192\"", "\"4096\"")]).await;
    journey.change(&[("\"10.0.20.0/24\"", "\"10.0.21.0/24\"")]).await;
    journey
        .change(&[(
            "parameters  = { work_mem = \"8192\" }",
            "parameters = { max_connections = \"90\" }",
        )])
        .await;
    journey
        .change(&[("providers = [\"google\", \"line\", \"x\"]", "providers = [\"line\"]")])
        .await;
    journey.change(&[("calls = [\"python-ai\"]", "calls = []"), ("\"60s\"", "\"0s\"")]).await;
    journey.change(&[("keep = \"90d\"", "keep = \"forever\"")]).await;
    journey.change(&[]).await;
    let repository = format!("{}-backend-go", journey.prefix().to_lowercase());
    let _ = journey.rig.python("push.py", &[&journey.rig.emulator, REGION, &repository]).await;
    let _ = journey.destroy().await;
    let _ = journey.apply().await;
    let _ = journey.destroy().await;

    let unasked: BTreeSet<_> = &journey.allowed - &journey.asked;
    let excused = &names(&SPARED) | &names(&UNASKED);
    eprintln!("{} allowed, {} proven", journey.allowed.len(), journey.proven.len());
    eprintln!("unasked: {unasked:#?}\nspared: {:#?}", journey.spared);
    let unproven: BTreeSet<_> = &journey.allowed - &journey.proven;
    assert_eq!(unproven, excused);
}
