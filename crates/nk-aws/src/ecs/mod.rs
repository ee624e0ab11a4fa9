//! Containers.

mod cluster;
mod service;
mod task_definition;

use std::{collections::BTreeSet, sync::Arc};

use aws_sdk_ecs::types::Tag;
use nk_engine::{CloudResult, Pass};
use nk_kinds::Tags;

use crate::{Aws, rim::Refused};

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The tags among a resource's that nk sets.
fn managed(tags: Option<Vec<Tag>>) -> Tags {
    let pairs = tags.unwrap_or_default().into_iter();
    Tags::managed(pairs.filter_map(|tag| Some((tag.key?, tag.value?))))
}

/// The last part of an ARN, which is the name.
fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

impl Aws {
    /// What every name begins with that this stack gives.
    fn ecs_prefix(&self) -> String {
        format!("{}-", self.stack.prefix())
    }

    /// The clusters with names as this stack gives them.
    async fn clusters_named(&self, pass: &Pass) -> CloudResult<Arc<BTreeSet<String>>> {
        let list = || async {
            let pages = self.ecs.list_clusters().into_paginator().items().send();
            let arns = pages.try_collect().await.refused("ecs:ListClusters")?;
            let names = arns.iter().map(|arn| name_in(arn).to_owned());
            Ok(names.filter(|name| name.starts_with(&self.ecs_prefix())).collect())
        };
        pass.once("ecs clusters", list).await
    }

    /// Sets tags, whether they are there or not.
    async fn ecs_tag(&self, arn: &str, tags: &Tags) -> CloudResult<()> {
        let call = self.ecs.tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(tags)));
        call.send().await.refused("ecs:TagResource").map(drop)
    }
}
