//! What IAM and Cognito refuse.

use super::{
    Objection,
    account::{Account, Kind},
    deed::{Deed, Id, Names, Words, make, remove},
    fields::Fields,
    network::note,
};
use crate::proxy::Call;

const ROLE: Names = Names::new(
    "RoleName",
    Kind::Role,
    Words(404, "NoSuchEntity", "The role with name {} cannot be found."),
);
const NO_POOL: Words = Words(400, "ResourceNotFoundException", "User pool {} does not exist.");
const POOL: Names = Names::new("UserPoolId", Kind::Pool, NO_POOL);
const INVALID: &str = "InvalidParameterException";
/// The provider that stands for the pool itself.
const OWN_USERS: &str = "COGNITO";

pub(super) const DEEDS: &[Deed] = &[
    make("iam:CreateRole", Kind::Role, Id::Asked(&["RoleName"])).once(
        &["RoleName"],
        Words(409, "EntityAlreadyExists", "Role with name {} already exists."),
    ),
    make("iam:AttachRolePolicy", Kind::Policy, Id::Asked(&["RoleName", "PolicyArn"]))
        .naming(&[ROLE]),
    make("iam:PutRolePolicy", Kind::Policy, Id::Asked(&["RoleName", "PolicyName"])).naming(&[ROLE]),
    remove("iam:DetachRolePolicy", Kind::Policy, &["RoleName", "PolicyArn"]),
    remove("iam:DeleteRolePolicy", Kind::Policy, &["RoleName", "PolicyName"]),
    remove("iam:DeleteRole", Kind::Role, &["RoleName"]).unless_used(
        &[Kind::Policy],
        Words(409, "DeleteConflict", "Cannot delete entity, must detach all policies first."),
    ),
    make("cognito-idp:CreateUserPool", Kind::Pool, Id::Answered("UserPool.Id")),
    remove("cognito-idp:DeleteUserPool", Kind::Pool, &["UserPoolId"])
        .unless_used(
            &[Kind::Domain],
            Words(
                400,
                INVALID,
                "User pool cannot be deleted. It has a domain configured that should be deleted \
                 first.",
            ),
        )
        .with(&[Kind::Client, Kind::Provider]),
    make("cognito-idp:CreateUserPoolDomain", Kind::Domain, Id::Asked(&["Domain"]))
        .naming(&[POOL])
        .once(
            &["Domain"],
            Words(400, INVALID, "Domain already associated with another user pool."),
        ),
    remove("cognito-idp:DeleteUserPoolDomain", Kind::Domain, &["Domain"]),
    make(
        "cognito-idp:CreateIdentityProvider",
        Kind::Provider,
        Id::Asked(&["UserPoolId", "ProviderName"]),
    )
    .naming(&[POOL])
    .once(
        &["UserPoolId", "ProviderName"],
        Words(400, "DuplicateProviderException", "A provider with the name {} already exists."),
    ),
    remove("cognito-idp:DeleteIdentityProvider", Kind::Provider, &["UserPoolId", "ProviderName"]),
    make("cognito-idp:CreateUserPoolClient", Kind::Client, Id::Answered("UserPoolClient.ClientId"))
        .naming(&[POOL]),
    remove("cognito-idp:DeleteUserPoolClient", Kind::Client, &["ClientId"]),
];

/// What the table cannot express.
pub(super) fn objection(account: &Account, call: &Call, asked: &Fields) -> Option<Objection> {
    match call.name().as_str() {
        "cognito-idp:DeleteUserPool" => {
            let pool = asked.one("UserPoolId")?;
            let protected = account.get(Kind::Pool, pool)?.fact("protected") == "ACTIVE";
            let words = Words(
                400,
                INVALID,
                "The user pool cannot be deleted because deletion protection is activated. \
                 Deletion protection must be inactivated first.",
            );
            protected.then(|| words.about(pool, false))
        }
        "cognito-idp:CreateUserPoolClient" | "cognito-idp:UpdateUserPoolClient" => {
            let pool = asked.one("UserPoolId")?;
            let unknown = |name: &&str| {
                let id = format!("{pool}/{name}");
                *name != OWN_USERS && account.get(Kind::Provider, &id).is_none()
            };
            let name = asked.all("SupportedIdentityProviders").find(unknown)?;
            let words = format!("The provider {name} does not exist for User Pool {{}}.");
            let mut objection = Words(400, INVALID, "").about(pool, false);
            objection.refusal.message = words.replace("{}", pool);
            Some(objection)
        }
        _ => None,
    }
}

/// Learns what the table cannot express.
pub(super) fn learn(account: &mut Account, call: &Call, asked: &Fields, answered: &Fields) {
    let pool = match call.name().as_str() {
        "cognito-idp:CreateUserPool" => answered.one("UserPool.Id"),
        "cognito-idp:UpdateUserPool" => asked.one("UserPoolId"),
        _ => return,
    };
    let pool = (Kind::Pool, pool.unwrap_or_default().to_owned());
    note(account, &pool, "protected", asked.one("DeletionProtection"));
}
