//! The network.

mod elastic_ip;
mod internet_gateway;
mod namesake;
mod nat_gateway;
mod neighbour;
mod obstacle;
mod route;
mod route_table;
mod rule;
mod security_group;
mod subnet;
mod vpc;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use nk_engine::{CloudResult, Scope};
use nk_kinds::{
    Tags,
    ec2::{SecurityGroup, SecurityGroupOutputs},
};
use nk_model::{Address, Kind, Live};

use crate::{
    Aws,
    sdk_error::SdkResult,
    tags::{managed, sdk_tags},
};

/// A live security group.
type LiveGroup = Live<SecurityGroup, SecurityGroupOutputs>;

/// The tags of a create call.
fn tagged(resource: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(resource).set_tags(Some(sdk_tags(tags))).build()
}

fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// The resources that the look is for, among those that may belong to this stack or not.
fn sought<K: Kind>(
    scope: &Scope<K>,
    found: impl IntoIterator<Item = CloudResult<Option<Live<K, K::Outputs>>>>,
) -> CloudResult<Vec<Live<K, K::Outputs>>> {
    let covers = |live: &Live<K, K::Outputs>| scope.covers(&live.address);
    found
        .into_iter()
        .filter_map(Result::transpose)
        .filter(|live| live.as_ref().map_or(true, covers))
        .collect()
}

impl Aws {
    /// The filter for a look: by id if that is known, otherwise everything of this stack. The
    /// results are checked by their tags in any case.
    fn ec2_filter<K>(&self, scope: &Scope<K>, id: &str) -> Filter {
        match scope.id() {
            Some(known) => filter(id, [known]),
            None => filter(&format!("tag:{}", Tags::STACK), [self.stack.prefix()]),
        }
    }

    /// The address of a resource of this stack, and the tags that nk sets.
    fn ec2_owned(&self, tags: Option<Vec<Tag>>) -> Option<(Address, Tags)> {
        let tags = managed(tags);
        Some((tags.address(&self.stack)?, tags))
    }

    /// Sets tags, new or existing.
    async fn ec2_tag(&self, id: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.ec2.create_tags().resources(id).set_tags(Some(sdk_tags(tags)));
        call.send().await.or_cloud_error().map(drop)
    }
}
