//! A repository of container images, with its lifecycle policy.

use nk_model::{
    Calls, Charge, Charges, Grant, Kind, NameRule, Operation, Replace, Replacement, Retry, Shown,
    Waiting,
};
use serde::{Deserialize, Serialize};

use crate::{Document, Tags, output};

output!(
    /// The address to which images are pushed and from which they are pulled.
    RepositoryUri = "repository", "uri"
);

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Repository {
    /// Unique in account and region; lower case.
    pub name: String,
    /// Whether pushed images are scanned for known vulnerabilities. Not compared if the settings of
    /// the registry control it.
    pub scan_on_push: bool,
    /// Whether a tag may be moved to another image.
    pub mutable_tags: bool,
    /// Which images expire, in ECR's spelling. A live one may be `{"rules": []}`; a desired one has
    /// a rule.
    pub lifecycle: Document,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryOutputs {
    /// Such as `123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/name`.
    pub uri: String,
    /// Its ARN.
    pub arn: String,
    /// Its name, once it exists.
    pub name: String,
}

/// The repositories of a stack, by their names.
const REPOSITORY: &[&str] = &["ecr:{region}:{account}:repository/{lower}-*"];

impl Kind for Repository {
    type Outputs = RepositoryOutputs;
    const KIND: &'static str = "repository";
    const OUTPUTS: &'static [&'static str] = &["uri", "arn", "name"];
    const NAME: Option<NameRule> = NameRule::name(256, "-._/");
    const TAG_TYPE: Option<&'static str> = Some("ecr:repository");
    const SHOWN: Option<Shown> = Shown::plain("repository.*", "uri");
    const CHARGES: Charges<Self> = |_, _, billing| {
        vec![Charge::monthly("image-storage", billing.usage.image_gb).by("image-gb")]
    };
    const REPLACEMENT: Replacement = Replacement {
        immutable: &["name"],
        how: Replace::Refuse(
            "its images may be the only copy of a release; push them to a repository with the new \
             name, and then delete this one by hand",
        ),
        ..Replacement::DEFAULT
    };
    const WAITING: Waiting = Waiting {
        retry: &[Retry::new(Operation::Update, "RepositoryNotFoundException")],
        ..Waiting::DEFAULT
    };
    const CALLS: Calls = Calls { create: 2, update: 1, destroy: 1 };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ecr:DescribeRepositories", "ecr:GetRegistryScanningConfiguration"]),
        Grant::look(&["ecr:GetLifecyclePolicy", "ecr:ListTagsForResource"]).on(REPOSITORY),
        Grant::make(&[
            "ecr:CreateRepository",
            "ecr:PutImageScanningConfiguration",
            "ecr:PutImageTagMutability",
            "ecr:PutLifecyclePolicy",
            "ecr:TagResource",
        ])
        .on(REPOSITORY),
        Grant::remove(&["ecr:DeleteRepository", "ecr:ListImages"]).on(REPOSITORY),
        Grant::lift(&["ecr:BatchDeleteImage"]).on(REPOSITORY),
    ];
}
