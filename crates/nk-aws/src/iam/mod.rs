//! Roles.

mod detail;
mod policy;
mod role;

use nk_engine::CloudResult;
use nk_kinds::PolicyDocument;
use percent_encoding::percent_decode_str;

use crate::sdk_error::garbled;

/// IAM's code for a missing role, or a missing policy of one.
const MISSING: &[&str] = &["NoSuchEntity"];

/// A policy document in an answer of IAM to the operation with this error: percent-encoded, and a
/// plus sign stands for itself. See
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>.
fn document<E>(text: &str) -> CloudResult<PolicyDocument> {
    let text = percent_decode_str(text).decode_utf8_lossy();
    PolicyDocument::parse(&text).map_err(|error| garbled::<E>(&error))
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::operation::get_role_policy::GetRolePolicyError;

    use super::*;

    #[test]
    fn escapes_are_undone_and_a_plus_sign_is_kept() {
        let text = "%7B%22Statement%22%3A %5B%5D%2C%22Id%22%3A%22b+c%E3%83%AD%22%7d";
        let document = document::<GetRolePolicyError>(text).unwrap();
        let plain = PolicyDocument::parse(r#"{"Statement": [], "Id": "b+cロ"}"#).unwrap();
        assert_eq!(document, plain);
    }
}
