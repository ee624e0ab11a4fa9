//! What ECR, CloudWatch Logs and Secrets Manager refuse.

use tokio::time::Instant;

use super::{
    Objection,
    account::{Account, Kind},
    deed::{Deed, Id, Names, Words, change, known_as, make, remove},
    fields::Fields,
    network::note,
};
use crate::proxy::Call;

const REPOSITORY: Names = Names::new(
    "repositoryName",
    Kind::Repository,
    Words(
        400,
        "RepositoryNotFoundException",
        "The repository with name '{}' does not exist in the registry",
    ),
);
const LOG_GROUP: Names = Names::new(
    "logGroupName",
    Kind::LogGroup,
    Words(400, "ResourceNotFoundException", "The specified log group does not exist."),
);

pub(super) const DEEDS: &[Deed] = &[
    make("ecr:CreateRepository", Kind::Repository, Id::Asked(&["repositoryName"])).once(
        &["repositoryName"],
        Words(
            400,
            "RepositoryAlreadyExistsException",
            "The repository with name '{}' already exists in the registry",
        ),
    ),
    change("ecr:PutLifecyclePolicy", Kind::Repository, &["repositoryName"]).naming(&[REPOSITORY]),
    make("ecr:PutImage", Kind::Image, Id::Asked(&["repositoryName", "imageTag"]))
        .naming(&[REPOSITORY]),
    remove("ecr:DeleteRepository", Kind::Repository, &["repositoryName"]).with(&[Kind::Image]),
    make("logs:CreateLogGroup", Kind::LogGroup, Id::Asked(&["logGroupName"])).once(
        &["logGroupName"],
        Words(400, "ResourceAlreadyExistsException", "The specified log group already exists"),
    ),
    change("logs:PutRetentionPolicy", Kind::LogGroup, &["logGroupName"]).naming(&[LOG_GROUP]),
    remove("logs:DeleteLogGroup", Kind::LogGroup, &["logGroupName"]).naming(&[LOG_GROUP]),
    make("secretsmanager:CreateSecret", Kind::Secret, Id::Asked(&["Name"])),
];

/// What the table cannot express.
pub(super) fn objection(account: &Account, call: &Call, asked: &Fields) -> Option<Objection> {
    match call.name().as_str() {
        "ecr:DeleteRepository" => {
            let name = asked.one("repositoryName")?;
            let repository = (Kind::Repository, name.to_owned());
            let full = account.users(&repository, &[Kind::Image]).next().is_some();
            let words = Words(
                400,
                "RepositoryNotEmptyException",
                "The repository with name '{}' cannot be deleted because it still contains images",
            );
            (full && asked.one("force") != Some("true")).then(|| words.about(name, false))
        }
        "secretsmanager:CreateSecret" => {
            let name = asked.one("Name")?;
            let secret = account.get(Kind::Secret, name)?;
            Some(if secret.fact("scheduled") == "true" {
                let words = "You can't create this secret because a secret with this name is \
                             already scheduled for deletion.";
                Words(400, "InvalidRequestException", words).about(name, false)
            } else {
                let words = "The operation failed because the secret {} already exists.";
                Words(400, "ResourceExistsException", words).about(name, false)
            })
        }
        "secretsmanager:PutSecretValue" | "secretsmanager:UpdateSecret" => {
            let name = known_as(Kind::Secret, asked.one("SecretId")?);
            let scheduled = account.get(Kind::Secret, &name)?.fact("scheduled") == "true";
            let words = "You can't perform this operation on the secret because it was marked for \
                         deletion.";
            scheduled.then(|| Words(400, "InvalidRequestException", words).about(&name, false))
        }
        _ => None,
    }
}

/// Learns what the table cannot express: the images that are deleted, and the secrets that are
/// deleted and restored.
pub(super) fn learn(account: &mut Account, call: &Call, asked: &Fields) {
    let scheduled = match call.name().as_str() {
        "ecr:BatchDeleteImage" => {
            let repository = asked.one("repositoryName").unwrap_or_default();
            for tag in asked.all("imageIds.imageTag") {
                let image = (Kind::Image, format!("{repository}/{tag}"));
                account.leave(&image, Instant::now(), &[]);
            }
            return;
        }
        "secretsmanager:DeleteSecret" => "true",
        "secretsmanager:RestoreSecret" => "false",
        _ => return,
    };
    let name = known_as(Kind::Secret, asked.one("SecretId").unwrap_or_default());
    note(account, &(Kind::Secret, name), "scheduled", Some(scheduled));
}
