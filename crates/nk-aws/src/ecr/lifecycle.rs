//! Lifecycle policies, in the form in which they are compared.

use aws_sdk_ecr::operation::get_lifecycle_policy::GetLifecyclePolicyError;
use nk_engine::CloudResult;
use nk_kinds::Document;
use serde_json::{Value, json};

use super::MISSING;
use crate::{
    Aws,
    sdk_error::{SdkResult, garbled},
};

/// The policy of a repository without one.
pub(super) fn none() -> Document {
    Document::new(json!({"rules": []}))
}

impl Aws {
    /// The lifecycle policy of a repository; none if there is no such repository.
    pub(super) async fn lifecycle(&self, repository: &str) -> CloudResult<Option<Document>> {
        let call = self.ecr.get_lifecycle_policy().repository_name(repository).send().await;
        match call.or_cloud_error() {
            Ok(answer) => parse(answer.lifecycle_policy_text().unwrap_or("{}")).map(Some),
            Err(error) if error.is("LifecyclePolicyNotFoundException") => Ok(Some(none())),
            Err(error) if MISSING.iter().any(|code| error.is(code)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets the lifecycle policy of a repository.
    pub(super) async fn set_lifecycle(
        &self,
        repository: &str,
        policy: &Document,
    ) -> CloudResult<()> {
        let call = self.ecr.put_lifecycle_policy().repository_name(repository);
        call.lifecycle_policy_text(policy.to_string()).send().await.or_cloud_error().map(drop)
    }
}

/// The policy in this text of ECR, which reorders rules, and to which an empty list means the same
/// as none.
fn parse(text: &str) -> CloudResult<Document> {
    let mut policy: Value =
        serde_json::from_str(text).map_err(|error| garbled::<GetLifecyclePolicyError>(&error))?;
    if let Some(rules) = policy.get_mut("rules").and_then(Value::as_array_mut) {
        rules.iter_mut().for_each(tidy);
        rules.sort_by_key(|rule| rule["rulePriority"].as_i64());
    }
    Ok(Document::new(policy))
}

fn tidy(rule: &mut Value) {
    let Some(selection) = rule.get_mut("selection").and_then(Value::as_object_mut) else { return };
    selection.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    for list in selection.values_mut().filter_map(Value::as_array_mut) {
        list.sort_by_cached_key(Value::to_string);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_empty_lists_mean_nothing() {
        let text = r#"{"rules": [
            {"rulePriority": 2, "selection": {"tagStatus": "untagged", "tagPrefixList": []}},
            {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPatternList": ["b", "a"]}}
        ]}"#;
        let expected = json!({"rules": [
            {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPatternList": ["a", "b"]}},
            {"rulePriority": 2, "selection": {"tagStatus": "untagged"}},
        ]});
        assert_eq!(parse(text), Ok(Document::new(expected)));
    }
}
