//! Tags, between the types of the SDKs and nk's.

use nk_kinds::Tags;

/// A tag as one of the SDKs has it.
pub(crate) trait SdkTag {
    fn new(key: &str, value: &str) -> Self;
    fn pair(self) -> Option<(String, String)>;
}

macro_rules! tags_of {
    ($($sdk:ident $(.$unwrap:ident($why:literal))?),* $(,)?) => {$(
        impl SdkTag for $sdk::types::Tag {
            fn new(key: &str, value: &str) -> Self {
                Self::builder().key(key).value(value).build()$(.$unwrap($why))?
            }

            fn pair(self) -> Option<(String, String)> {
                // Some SDKs have them as options, others as texts.
                Some((Option::from(self.key)?, Option::from(self.value)?))
            }
        }
    )*};
}

tags_of!(
    aws_sdk_acm.expect("a tag has a key"),
    aws_sdk_cloudwatch,
    aws_sdk_ec2,
    aws_sdk_ecr.expect("a tag has a key and a value"),
    aws_sdk_ecs,
    aws_sdk_elasticloadbalancingv2,
    aws_sdk_iam.expect("a tag has a key and a value"),
    aws_sdk_rds,
    aws_sdk_resourcegroupstagging.expect("a tag has a key and a value"),
    aws_sdk_secretsmanager,
    aws_sdk_sns.expect("a tag has a key and a value"),
);

impl SdkTag for (String, String) {
    fn new(key: &str, value: &str) -> Self {
        (key.to_owned(), value.to_owned())
    }

    fn pair(self) -> Option<(String, String)> {
        Some(self)
    }
}

/// Tags as requests carry them: as a list or a map.
pub(crate) fn sdk_tags<T: SdkTag, C: FromIterator<T>>(tags: &Tags) -> C {
    tags.iter().map(|(key, value)| T::new(key, value)).collect()
}

/// The tags among a resource's that nk sets.
pub(crate) fn managed<T: SdkTag>(tags: Option<impl IntoIterator<Item = T>>) -> Tags {
    Tags::managed(tags.into_iter().flatten().filter_map(T::pair))
}
