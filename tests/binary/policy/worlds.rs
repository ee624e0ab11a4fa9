//! What else happens in the account during a stack's life, and what nk asks for then.

use std::sync::Arc;

use nk_tests::{
    proxy::{
        Call, Deployments, Latecomer, ProtectedLogs, Rule, STOPPED, Together, Transparent,
        deployment, failing,
    },
    topology::{edited, rich},
};
use serde_json::Value as Json;

use crate::journey::{Journey, REGION};

/// Deployments that do not end.
fn under_way() -> impl Rule {
    let edit = |_: &Call, service: &mut Json| {
        service["deployments"][0]["rolloutState"] = "IN_PROGRESS".into();
        service["runningCount"] = 0.into();
    };
    Deployments { edit, stopped: None }
}

impl Journey {
    /// A stack that names a certificate, which only AWS is asked about.
    pub(crate) async fn name_a_certificate(&mut self) {
        let named = format!(
            "https = \"optional\"\ncertificate = \"arn:aws:acm:{REGION}:{}:certificate/a\"",
            self.rig.account_id()
        );
        let optional = ("load-balancer.https = \"required\"", "");
        self.write(&edited(rich(), &[("https = \"optional\"", &named), optional]));
        self.is_aws = true;
        let _ = self.plan().await;
        // There is nobody to confirm.
        for command in ["apply", "destroy"] {
            let _ = self.go_in_vain(command, &[command]).await;
        }
        self.is_aws = false;
    }

    /// A plan during deployments.
    pub(crate) async fn plan_meanwhile(&mut self) {
        self.world = Arc::new(under_way());
        let _ = self.plan().await;
        self.world = Arc::new(Transparent);
    }

    /// The task definition of a service that is deployed, and the next one.
    async fn revisions(&self, service: &str) -> [String; 2] {
        let look = [self.rig.emulator.as_str(), REGION, service, "look"];
        let runs: Json = serde_json::from_str(&self.rig.python("deploy.py", &look).await).unwrap();
        let (revision, account) = (runs["revision"].as_u64().unwrap(), self.rig.account_id());
        [revision, revision + 1].map(|revision| {
            format!("arn:aws:ecs:{REGION}:{account}:task-definition/{service}:{revision}")
        })
    }

    /// Deployments that fail, until everything about them can be reported.
    pub(crate) async fn fail_to_deploy(&mut self) {
        let service = format!("{}-python-ai", self.prefix());
        self.push("python-ai").await;
        self.change(&[("cpu = 512", "cpu = 256")]).await;
        for cpu in ["512", "256"].into_iter().cycle() {
            let [old, new] = self.revisions(&service).await;
            let back = vec![
                deployment("PRIMARY", &old, "IN_PROGRESS"),
                deployment("ACTIVE", &new, "FAILED"),
            ];
            self.world = Arc::new(failing(&old, &new, back));
            self.write(&edited(rich(), &[("cpu = 512", &format!("cpu = {cpu}"))]));
            let policy = self.policy("apply").await;
            let (said, named) = self.once(&policy, "apply", &["apply", "--yes"]).await;
            assert_eq!(said.code, Some(3), "{}\n{}", said.out, said.err);
            assert_eq!(named.is_empty(), !said.err.contains("grants it: {"), "{}", said.err);
            if named.is_empty() {
                assert!(said.err.contains(STOPPED), "{}", said.err);
                break;
            }
        }
        self.world = Arc::new(Transparent);
    }

    /// Somebody else deploys another image, without nk's tags.
    pub(crate) async fn others_deploy(&mut self) {
        let service = format!("{}-python-ai", self.prefix());
        let image = "registry.example/python-ai:2";
        let deploy = [self.rig.emulator.as_str(), REGION, &service, "image", image];
        let _ = self.rig.python("deploy.py", &deploy).await;
        self.mend().await;
    }

    /// An apply beside a run that has given way.
    pub(crate) async fn apply_beside_another(&mut self) {
        self.world = Arc::new(Latecomer::default());
        let _ = self.apply().await;
        self.world = Arc::new(Transparent);
    }

    /// A destroy beside a run that has given way, during deployments, with protected log groups and
    /// with changes by others, including groups that admit each other.
    pub(crate) async fn destroy_meanwhile(&mut self) {
        let _ = self.meddle(&["drift", "0"]).await;
        let _ = self.meddle(&["do", "entangle-groups"]).await;
        let latecomer = Arc::new(Latecomer::default()) as Arc<dyn Rule>;
        let protected = Arc::new(ProtectedLogs::default());
        self.world = Arc::new(Together(vec![latecomer, protected, Arc::new(under_way())]));
        let _ = self.destroy().await;
        self.world = Arc::new(Transparent);
    }

    /// A stack of which only the users are left, with the earlier policy; others have already
    /// deleted the database.
    pub(crate) async fn leave_the_users(&mut self, users: &str) {
        self.write(&rich());
        let _ = self.apply().await;
        let _ = self.meddle(&["do", "lose-database"]).await;
        let policy = self.policy("apply").await;
        self.write(users);
        let _ = self.go_with(&policy, "apply", &["apply", "--yes"]).await;
    }
}
