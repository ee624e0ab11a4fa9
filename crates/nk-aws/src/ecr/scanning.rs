//! Who controls whether pushed images are scanned: each repository, or the registry for all.

use aws_sdk_ecr::types::{RegistryScanningConfiguration, ScanType};
use nk_engine::{CloudResult, Scope};
use nk_kinds::ecr::Repository;

use crate::{Aws, sdk_error::SdkResult};

impl Aws {
    /// Whether the registry controls it, regardless of its repositories.
    pub(super) async fn registry_scans(&self, scope: &Scope<Repository>) -> CloudResult<bool> {
        let read = || async {
            let call = self.ecr.get_registry_scanning_configuration().send().await;
            let answer = call.or_cloud_error()?;
            Ok(answer.scanning_configuration.is_some_and(|settings| decides(&settings)))
        };
        scope.pass.once("registry scanning", read).await.map(|decides| *decides)
    }
}

/// Whether these settings leave nothing to the repositories: enhanced scanning does not, and basic
/// scanning does not once it has rules of its own.
/// See <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html>.
fn decides(settings: &RegistryScanningConfiguration) -> bool {
    settings.scan_type() == Some(&ScanType::Enhanced) || !settings.rules().is_empty()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecr::types::{RegistryScanningRule, ScanFrequency};

    use super::*;

    #[test]
    fn a_registry_without_rules_leaves_basic_scanning_to_its_repositories() {
        let settings = |kind| RegistryScanningConfiguration::builder().scan_type(kind);
        let rule = RegistryScanningRule::builder().scan_frequency(ScanFrequency::ScanOnPush);
        let rule = rule.set_repository_filters(Some(Vec::new())).build().unwrap();
        assert!(!decides(&settings(ScanType::Basic).build()));
        assert!(decides(&settings(ScanType::Basic).rules(rule).build()));
        assert!(decides(&settings(ScanType::Enhanced).build()));
    }
}
