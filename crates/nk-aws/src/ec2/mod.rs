//! The network.

mod elastic_ip;
mod internet_gateway;
mod nat_gateway;
mod route_table;
mod security_group;
mod subnet;
mod vpc;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use nk_engine::CloudResult;
use nk_kinds::Tags;

use crate::{Aws, rim::Refused};

/// The tags of a create call.
fn tagged(resource: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(resource).set_tags(Some(sdk_tags(tags))).build()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The tags among a resource's that nk sets.
fn managed(tags: Option<Vec<Tag>>) -> Tags {
    let pairs = tags.unwrap_or_default().into_iter();
    Tags::managed(pairs.filter_map(|tag| Some((tag.key?, tag.value?))))
}

fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

impl Aws {
    /// The filter that finds this stack's resources.
    fn ec2_stack(&self) -> Filter {
        filter(&format!("tag:{}", Tags::STACK), [self.stack.prefix()])
    }

    /// Sets tags, whether they are there or not.
    async fn ec2_tag(&self, id: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.ec2.create_tags().resources(id).set_tags(Some(sdk_tags(tags)));
        call.send().await.refused("ec2:CreateTags").map(drop)
    }
}
