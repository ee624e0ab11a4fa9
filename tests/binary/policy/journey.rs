//! The life of a stack with the policies that nk prints for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Stdio,
    sync::Arc,
};

use nk_tests::{
    authority::{Authority, Policy, Seen},
    proxy::{Rule, Together, Transparent},
    rig::{Rig, Said},
    topology::{edited, rich},
};
use tokio::io::AsyncWriteExt;

pub(crate) const REGION: &str = "ap-northeast-1";
/// What only saves calls: nk asks for it and works without it, and `nk iam-policy` leaves it out.
pub(crate) const SHORTCUTS: [&str; 2] = ["iam:GetAccountAuthorizationDetails", "tag:GetResources"];

/// The life of a stack with the policies that nk prints for it.
pub(crate) struct Journey {
    pub(crate) rig: Rig,
    pub(crate) environment: &'static str,
    /// Whether each action is removed in turn.
    proving: bool,
    /// Whether nk believes that it works on an AWS account.
    pub(crate) is_aws: bool,
    /// What else happens in the account.
    pub(crate) world: Arc<dyn Rule>,
    /// Everything that the policies of this life allow, by command.
    allowed: BTreeMap<&'static str, BTreeSet<String>>,
    /// The actions without which a run with these policies has failed, with the right message.
    proven: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Journey {
    pub(crate) async fn begin(environment: &'static str, proving: bool) -> Self {
        let rig = Rig::start(env!("CARGO_BIN_EXE_nk"), "moto").await;
        let (is_aws, world) = (false, Arc::new(Transparent));
        let (allowed, proven) = (BTreeMap::new(), BTreeMap::new());
        Self { rig, environment, proving, is_aws, world, allowed, proven }
    }

    pub(crate) fn write(&self, text: &str) {
        self.rig.write("stacks/neuraknot.toml", text);
    }

    pub(crate) fn prefix(&self) -> String {
        format!("neuraKnot-{}", self.environment)
    }

    /// The policy for a command; for all commands if none is named.
    pub(crate) async fn policy(&mut self, command: &'static str) -> Policy {
        let policy = self.policy_with(command, &[]).await;
        self.allowed.entry(command).or_default().extend(policy.actions());
        policy
    }

    pub(crate) async fn policy_with(&self, command: &str, options: &[&str]) -> Policy {
        self.rig.proxy.set_rule(Arc::new(Transparent));
        let mut arguments = [&["iam-policy", "--env", self.environment], options].concat();
        if !command.is_empty() {
            arguments.extend(["--for", command]);
        }
        Policy::parse(&self.rig.nk(&arguments).await.with_code(0).out)
    }

    /// Runs nk with exactly the policy for `command`, after failing without each action that
    /// nothing has failed without yet.
    pub(crate) async fn go(&mut self, command: &'static str, arguments: &[&str]) -> Said {
        let policy = self.policy(command).await;
        self.go_with(&policy, command, arguments).await
    }

    /// The same with an earlier policy.
    pub(crate) async fn go_with(
        &mut self,
        policy: &Policy,
        command: &'static str,
        arguments: &[&str],
    ) -> Said {
        loop {
            let (said, named) = self.once(policy, command, arguments).await;
            if said.code == Some(0) {
                return said;
            }
            assert!(!named.is_empty(), "{}\n{}", said.out, said.err);
        }
    }

    /// The same, until a run fails for another reason.
    pub(crate) async fn go_in_vain(&mut self, command: &'static str, arguments: &[&str]) -> Said {
        let policy = self.policy(command).await;
        loop {
            let (said, named) = self.once(&policy, command, arguments).await;
            if named.is_empty() {
                return said;
            }
        }
    }

    /// Runs nk with the policy for `command` without the actions that nothing has failed without
    /// yet, and returns the missing action that made it fail.
    pub(crate) async fn once(
        &mut self,
        policy: &Policy,
        command: &'static str,
        arguments: &[&str],
    ) -> (Said, BTreeSet<String>) {
        let arguments = [arguments, &["--env", self.environment]].concat();
        let proven = self.proven.entry(command).or_default();
        let without = if self.proving { &policy.actions() - proven } else { BTreeSet::new() };
        let (said, seen) = self.attempt(policy, &arguments, without).await;
        let refused = beyond_shortcuts(&seen);
        assert_eq!(refused, Vec::<&String>::new(), "{arguments:?}: {}", said.err);
        let text = format!("{}{}", said.out, said.err);
        let mut named = seen.missed;
        named.retain(|action| said.code != Some(0) && text.contains(action));
        eprintln!("{arguments:?}: {:?}, for want of {named:?}", said.code);
        self.proven.entry(command).or_default().extend(named.clone());
        (said, named)
    }

    pub(crate) async fn attempt(
        &self,
        policy: &Policy,
        arguments: &[&str],
        without: BTreeSet<String>,
    ) -> (Said, Seen) {
        let authority = Arc::new(Authority::new(policy.clone(), &self.prefix(), without));
        let rules = vec![Arc::clone(&authority) as Arc<dyn Rule>, Arc::clone(&self.world)];
        self.rig.proxy.set_rule(Arc::new(Together(rules)));
        let said = if self.is_aws {
            self.rig.nk_without_local(arguments).await
        } else {
            self.rig.nk(arguments).await
        };
        self.rig.proxy.set_rule(Arc::new(Transparent));
        (said, authority.seen())
    }

    pub(crate) async fn plan(&mut self) -> Said {
        self.go("plan", &["plan"]).await
    }

    pub(crate) async fn apply(&mut self) -> Said {
        self.go("apply", &["apply", "--yes"]).await
    }

    pub(crate) async fn destroy(&mut self) -> Said {
        self.go("destroy", &["destroy", "--yes", "--unprotect"]).await
    }

    /// Plans and applies the stack file with these changes.
    pub(crate) async fn change(&mut self, changes: &[(&str, &str)]) {
        self.write(&edited(rich(), changes));
        self.mend().await;
    }

    /// Plans and applies.
    pub(crate) async fn mend(&mut self) {
        let _ = self.plan().await;
        let _ = self.apply().await;
    }

    /// The part of the policy for each command without which no run has failed.
    pub(crate) fn unproven(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        let all: BTreeSet<_> = self.proven.values().flatten().cloned().collect();
        let allowed = self.allowed.iter().map(|(command, allowed)| {
            let proven = if command.is_empty() { &all } else { &self.proven[command] };
            eprintln!("{command}: {} allowed", allowed.len());
            (*command, allowed - proven)
        });
        allowed.filter(|(_, unproven)| !unproven.is_empty()).collect()
    }

    pub(crate) async fn push(&self, service: &str) {
        let repository = format!("{}-{service}", self.prefix().to_lowercase());
        let _ = self.rig.python("push.py", &[&self.rig.emulator, REGION, &repository]).await;
    }

    pub(crate) async fn set_secret(&self, key: &str, value: &str) {
        let arguments = ["secrets", "set", "oauth-credentials", key, "--env", self.environment];
        let mut command = self.rig.command(&arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(value.as_bytes()).await.unwrap();
        assert!(child.wait().await.unwrap().success(), "{key} could not be set");
    }

    /// Changes something behind nk's back.
    pub(crate) async fn meddle(&self, arguments: &[&str]) -> String {
        let prefix = self.prefix();
        let place = [self.rig.emulator.as_str(), REGION, &prefix];
        self.rig.python("meddle.py", &[&place, arguments].concat()).await
    }
}

/// What the policy did not allow and nk needs.
pub(crate) fn beyond_shortcuts(seen: &Seen) -> Vec<&String> {
    let saves = |refused: &&String| SHORTCUTS.iter().any(|action| refused.contains(action));
    seen.refused.iter().filter(|refused| !saves(refused)).collect()
}
