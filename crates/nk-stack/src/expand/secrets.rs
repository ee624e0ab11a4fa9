//! The secrets that the other sections need.

use nk_kinds::secretsmanager::{Content, Secret};

use super::Expansion;

impl Expansion<'_> {
    pub(super) fn secrets(&mut self) {
        for (name, description, content) in [
            ("db-password", "Password of the database's master user", Content::Password),
            ("oauth-credentials", "Client ids and secrets of identity providers", Content::Empty),
        ] {
            if !self.stack.secret_names().contains(&name) {
                continue;
            }
            let physical = self.name(name);
            let tags = self.tags::<Secret>(name, &physical);
            let secret = Secret {
                description: description.to_owned(),
                content,
                recovery_days: Secret::RECOVERY_DAYS,
                tags: match content {
                    Content::Password => tags,
                    Content::Empty => tags.holding(&self.survey.credentials),
                },
                name: physical,
            };
            self.desired.add(name, &secret);
        }
    }
}

impl crate::Stack {
    /// The names of the secrets of this stack.
    pub(crate) fn secret_names(&self) -> Vec<&'static str> {
        let password = self.database.is_some().then_some("db-password");
        let credentials = (!self.providers().is_empty()).then_some("oauth-credentials");
        password.into_iter().chain(credentials).collect()
    }
}
