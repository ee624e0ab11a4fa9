//! Roles.

mod detail;
mod policy;
mod role;

use aws_sdk_iam::types::Tag;
use nk_engine::{CloudError, CloudResult};
use nk_kinds::{PolicyDocument, Tags};

/// How IAM says that a role, or a policy of one, is gone.
const MISSING: &[&str] = &["NoSuchEntity"];

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.iter().map(|pair| tag(pair).expect("a tag has a key and a value")).collect()
}

/// A policy document as IAM hands it out: percent-encoded.
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>.
fn document(operation: &str, text: &str) -> CloudResult<PolicyDocument> {
    PolicyDocument::parse(&decoded(text)).map_err(|error| CloudError::garbled(operation, &error))
}

/// Undoes percent-encoding as in RFC 3986, where a plus sign stands for itself.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, after @ ..] => byte(*high, *low).map(|byte| (byte, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, tail));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |text: u8| char::from(text).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_a_plus_sign_is_kept() {
        assert_eq!(decoded("%7B%22a%22%3A%20%22b+c%22%7d"), r#"{"a": "b+c"}"#);
        assert_eq!(decoded("%E3%83%AD%zz%2"), "ロ%zz%2");
    }
}
