//! The roles that services and the database's monitoring assume.

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{PolicyDocument, iam::Role};

use super::Expansion;

/// What an application needs to look after its users.
const USER_OPERATIONS: [&str; 17] = [
    "cognito-idp:AdminAddUserToGroup",
    "cognito-idp:AdminConfirmSignUp",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:AdminDeleteUser",
    "cognito-idp:AdminDisableUser",
    "cognito-idp:AdminEnableUser",
    "cognito-idp:AdminGetUser",
    "cognito-idp:AdminInitiateAuth",
    "cognito-idp:AdminListGroupsForUser",
    "cognito-idp:AdminRemoveUserFromGroup",
    "cognito-idp:AdminResetUserPassword",
    "cognito-idp:AdminRespondToAuthChallenge",
    "cognito-idp:AdminSetUserPassword",
    "cognito-idp:AdminUpdateUserAttributes",
    "cognito-idp:AdminUserGlobalSignOut",
    "cognito-idp:DescribeUserPool",
    "cognito-idp:ListUsers",
];

impl Expansion<'_> {
    pub(super) fn roles(&mut self) {
        let stack = self.stack;
        if !stack.services.is_empty() {
            let managed = "service-role/AmazonECSTaskExecutionRolePolicy";
            let secrets: Vec<_> =
                stack.secret_names().iter().map(|name| format!("@{{secret.{name}.arn}}")).collect();
            let inline = (!secrets.is_empty()).then(|| {
                ("secrets", PolicyDocument::allow(["secretsmanager:GetSecretValue"], &secrets))
            });
            self.role(Role::EXECUTION, "ecs-tasks.amazonaws.com", Some(managed), inline);
            let pool = || vec!["@{user-pool.main.arn}".to_owned()];
            let inline = stack
                .auth
                .as_ref()
                .map(|_| ("cognito", PolicyDocument::allow(USER_OPERATIONS, &pool())));
            self.role(Role::TASK, "ecs-tasks.amazonaws.com", None, inline);
        }
        if stack.database.as_ref().is_some_and(|database| database.monitoring_seconds > 0) {
            let managed = "service-role/AmazonRDSEnhancedMonitoringRole";
            let service = "monitoring.rds.amazonaws.com";
            self.role(Role::MONITORING, service, Some(managed), None);
        }
    }

    fn role(
        &mut self,
        name: &str,
        service: &str,
        managed: Option<&str>,
        inline: Option<(&str, PolicyDocument)>,
    ) {
        let physical = Role::called(&self.stack.id, name);
        let arn = |policy| format!("arn:aws:iam::aws:policy/{policy}");
        let role = Role {
            trust: PolicyDocument::trust(service),
            managed: managed.map(arn).into_iter().collect::<BTreeSet<_>>(),
            inline: inline
                .map(|(name, policy)| (name.to_owned(), policy))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            tags: self.tags::<Role>(name, &physical),
            name: physical,
        };
        self.desired.add(name, &role);
    }
}
