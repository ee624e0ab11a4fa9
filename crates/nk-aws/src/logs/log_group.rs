//! How `CloudWatch` Logs creates a log group.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::types;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    logs::{LogGroup, LogGroupOutputs},
};
use nk_model::{Address, Change, Changes, Guard, Live};

use crate::{
    Aws,
    sdk_error::SdkResult,
    tag_index::TagIndex,
    tags::{managed, sdk_tags},
};

/// `CloudWatch` Logs' code for a missing group.
const MISSING: &[&str] = &["ResourceNotFoundException"];

type LiveGroup = Live<LogGroup, LogGroupOutputs>;

impl Reconcile<LogGroup> for Aws {
    async fn observe(&self, scope: &Scope<LogGroup>) -> CloudResult<Vec<LiveGroup>> {
        // One look for all groups with the stack's prefix, and one for each group with another
        // name.
        let shared = match scope.reach {
            Reach::Stack => Some(format!("/ecs/{}-", self.stack.prefix())),
            Reach::One(_) => None,
        };
        let shared = shared.as_deref();
        let names: BTreeSet<_> = scope.wanted.iter().map(|(_, spec)| spec.name.as_str()).collect();
        let apart = |name: &&str| !shared.is_some_and(|prefix| name.starts_with(prefix));
        let prefixes = shared.into_iter().chain(names.into_iter().filter(apart));
        let looks = prefixes.map(|prefix| async move {
            let mut groups = self.log_groups(prefix).await?;
            if shared != Some(prefix) {
                // A search by prefix also finds groups with longer names.
                groups.retain(|group| group.log_group_name() == Some(prefix));
            }
            Ok(groups)
        });
        let (groups, index) = tokio::try_join!(try_join_all(looks), self.tag_index(scope))?;
        let groups = groups.into_iter().flatten();
        let found = try_join_all(groups.map(|group| self.log_group(scope, &index, group))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn create(&self, spec: &LogGroup, address: &Address) -> CloudResult<Option<LiveGroup>> {
        let call = self.logs.create_log_group().log_group_name(&spec.name);
        let call = call.set_tags(Some(sdk_tags(&spec.tags)));
        call.send().await.or_cloud_error()?;
        // The answer is empty; a new group keeps its entries forever.
        let name = spec.name.clone();
        let arn = self.arn("logs", &self.region, &format!("log-group:{name}"));
        let spec = LogGroup { retention: Some(0), ..spec.clone() };
        let outputs = LogGroupOutputs { name: name.clone(), arn };
        Ok(Some(Live::ready(address.clone(), name, spec, outputs)))
    }

    async fn update(
        &self,
        spec: &LogGroup,
        live: &LiveGroup,
        changes: &[Change],
    ) -> CloudResult<Option<LiveGroup>> {
        let name = &live.spec.name;
        if changes.touch("retention") {
            match spec.retention {
                Some(0) => {
                    let call = self.logs.delete_retention_policy().log_group_name(name);
                    call.send().await.or_cloud_error()?;
                }
                Some(days) => {
                    let call = self.logs.put_retention_policy().log_group_name(name);
                    call.retention_in_days(days).send().await.or_cloud_error()?;
                }
                None => {}
            }
        }
        if changes.touch("tags") {
            let call = self.logs.tag_resource().resource_arn(&live.outputs.arn);
            call.set_tags(Some(sdk_tags(&spec.tags))).send().await.or_cloud_error()?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveGroup) -> CloudResult<Departure> {
        let call = self.logs.delete_log_group().log_group_name(&live.spec.name).send().await;
        call.accepting(MISSING)?;
        Ok(Departure::Gone)
    }

    async fn guards(&self, live: &LiveGroup) -> CloudResult<Vec<Guard>> {
        let guard = || Guard {
            address: live.address.clone(),
            reason: "deletion protection is on".into(),
            liftable: true,
        };
        Ok(is_protected(live).then(guard).into_iter().collect())
    }

    async fn unprotect(&self, live: &LiveGroup) -> CloudResult<()> {
        if !is_protected(live) {
            return Ok(());
        }
        let call = self.logs.put_log_group_deletion_protection();
        let call = call.log_group_identifier(&live.spec.name).deletion_protection_enabled(false);
        call.send().await.accepting(MISSING).map(drop)
    }
}

fn is_protected(live: &LiveGroup) -> bool {
    live.spec.protected == Some(true)
}

impl Aws {
    async fn log_groups(&self, prefix: &str) -> CloudResult<Vec<types::LogGroup>> {
        let call = self.logs.describe_log_groups().log_group_name_prefix(prefix);
        let pages = call.into_paginator().page_size(50).items().send();
        pages.try_collect().await.or_cloud_error()
    }

    /// The tags that nk sets; none if there is no such group.
    async fn log_group_tags(&self, arn: &str) -> CloudResult<Option<Tags>> {
        let call = self.logs.list_tags_for_resource().resource_arn(arn).send().await;
        let answer = call.accepting(MISSING)?;
        Ok(answer.map(|answer| managed(answer.tags)))
    }

    async fn log_group(
        &self,
        scope: &Scope<LogGroup>,
        index: &TagIndex,
        group: types::LogGroup,
    ) -> CloudResult<Option<LiveGroup>> {
        let name = group.log_group_name.unwrap_or_default();
        // The older of the two ARNs includes the streams, which tagging does not accept.
        let arn = match (group.log_group_arn, group.arn) {
            (Some(arn), _) => arn,
            (None, arn) => arn.unwrap_or_default().trim_end_matches(":*").to_owned(),
        };
        let named = |spec: &LogGroup| spec.name == name;
        let wanted = scope.wanted.iter().find(|(_, spec)| named(spec));
        let tags = match index.confirmed(&arn, wanted.map(|(_, spec)| &spec.tags)) {
            Some(tags) => Some(tags),
            None => self.log_group_tags(&arn).await?,
        };
        let holder = tags.and_then(|tags| Some((self.holder(scope, named, &tags)?, tags)));
        let Some(((address, owner), tags)) = holder else { return Ok(None) };
        let mut notes = Vec::new();
        let retention = match group.retention_policy_name {
            None => Some(group.retention_in_days.unwrap_or(0)),
            Some(policy) => {
                notes.push(format!("its retention is set by the account-wide policy `{policy}`"));
                scope.wanted(&address).and_then(|spec| spec.retention)
            }
        };
        let outputs = LogGroupOutputs { name: name.clone(), arn };
        let protected = group.deletion_protection_enabled;
        let spec = LogGroup { name: name.clone(), retention, protected, tags };
        let live = Live::ready(address, name, spec, outputs).owned_by(owner);
        Ok(Some(Live { notes, ..live }))
    }
}
