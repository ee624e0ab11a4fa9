//! The version to which RDS upgrades an instance.

use aws_sdk_rds::operation::modify_db_instance::ModifyDBInstanceError;
use nk_engine::CloudResult;
use nk_kinds::{EngineVersion, rds::DbInstance};

use crate::{Aws, sdk_error::refused};

impl Aws {
    /// The version that satisfies the desired one and to which RDS can upgrade the live one; not
    /// every version of a later major version is such a target. See
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html>.
    pub(super) async fn upgrade(
        &self,
        spec: &DbInstance,
        live: &EngineVersion,
    ) -> CloudResult<EngineVersion> {
        target(spec, live, &self.upgrade_targets(&spec.engine, &live.to_string()).await?)
    }
}

/// The lowest of these targets that is not below the version that would be created; that version
/// itself if the targets are not known.
fn target(
    spec: &DbInstance,
    live: &EngineVersion,
    targets: &[String],
) -> CloudResult<EngineVersion> {
    let targets: Vec<EngineVersion> = targets.iter().filter_map(|text| text.parse().ok()).collect();
    let asked = spec.asked_version();
    if targets.is_empty() {
        return Ok(asked.clone());
    }
    targets.iter().filter(|target| asked.admits(target)).min().cloned().ok_or_else(|| {
        let offered: Vec<_> = targets.iter().map(ToString::to_string).collect();
        let message = format!(
            "RDS cannot upgrade {live} to {} {asked} or later, only to {}; set `database.version` \
             to one of these",
            asked.major(),
            offered.join(", ")
        );
        refused::<ModifyDBInstanceError>(message)
    })
}

#[cfg(test)]
mod tests {
    use super::{super::reading::tests::wanted, *};

    fn target(install: &str, targets: &[&str]) -> CloudResult<String> {
        let install = Some(install.parse().unwrap());
        let spec = DbInstance { version: "16".parse().unwrap(), install, ..wanted() };
        let targets: Vec<_> = targets.iter().map(|text| (*text).to_owned()).collect();
        super::target(&spec, &"15.10".parse().unwrap(), &targets).map(|found| found.to_string())
    }

    #[test]
    fn an_upgrade_is_to_a_version_that_rds_offers() {
        assert_eq!(target("16.3", &["15.12", "16.8", "16.6", "17.2"]).unwrap(), "16.6");
        assert_eq!(target("16.7", &["16.6", "16.8", "16.10"]).unwrap(), "16.8");
        assert_eq!(target("16.3", &[]).unwrap(), "16.3");
        let refused = target("16.3", &["15.12", "17.2"]).unwrap_err();
        assert!(refused.message.contains("but to 15.12, 17.2"), "{refused}");
    }
}
