//! How EC2 creates a security group.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{self, ResourceType};
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::{
    Cidr, Tags,
    ec2::{Peer, Rule, SecurityGroup, SecurityGroupOutputs, TaggedRule},
};
use nk_model::{Address, Change, Changes, Live, Ref};

use super::{LiveGroup, neighbour::Going, rule::folded, sought, tagged};
use crate::{Aws, sdk_error::SdkResult, tags::managed};

impl Reconcile<SecurityGroup> for Aws {
    async fn observe(&self, scope: &Scope<SecurityGroup>) -> CloudResult<Vec<LiveGroup>> {
        let call = self.ec2.describe_security_groups().filters(self.ec2_filter(scope, "group-id"));
        let pages = call.into_paginator().items().send();
        let groups = pages.try_collect().await.or_cloud_error()?;
        let mut found =
            sought(scope, groups.into_iter().map(|group| Ok(self.security_group(group))))?;
        let ids: Vec<_> = found.iter().map(|live| live.id.as_str()).collect();
        let (rows, namesakes) = tokio::try_join!(self.rules(&ids), self.namesakes(scope, &found))?;
        for live in &mut found {
            let id = live.id.clone();
            for row in rows.iter().filter(|row| row.group_id() == Some(&id)) {
                add_rule(live, row)?;
            }
        }
        found.extend(namesakes);
        Ok(found)
    }

    async fn create(
        &self,
        spec: &SecurityGroup,
        address: &Address,
    ) -> CloudResult<Option<LiveGroup>> {
        let call = self
            .ec2
            .create_security_group()
            .group_name(&spec.name)
            .description(&spec.description)
            .vpc_id(spec.vpc.as_str())
            .tag_specifications(tagged(ResourceType::SecurityGroup, &spec.tags));
        match call.send().await.or_cloud_error() {
            Ok(answer) => Ok(answer.group_id.map(|id| fresh(id, spec, address))),
            // The SDK repeats a call whose answer was lost, and then finds what it created itself.
            Err(error) if error.is("InvalidGroup.Duplicate") => {
                let scope = Scope::one(address.clone(), spec.clone(), None);
                let made =
                    |live: &LiveGroup| live.spec.vpc == spec.vpc && live.spec.name == spec.name;
                let found = self.observe(&scope).await?;
                found.into_iter().find(made).map_or(Err(error), |live| Ok(Some(live)))
            }
            Err(error) => Err(error),
        }
    }

    async fn update(
        &self,
        spec: &SecurityGroup,
        live: &LiveGroup,
        changes: &[Change],
    ) -> CloudResult<Option<LiveGroup>> {
        // What is allowed before and after must be allowed in between: authorise first, then
        // revoke.
        let mut proven = self.authorise(spec, live).await?;
        let fewer = |live: &BTreeSet<Rule>, spec| live.difference(spec).count();
        let surplus =
            fewer(&live.spec.ingress, &spec.ingress) + fewer(&live.spec.egress, &spec.egress);
        if surplus > 0 {
            // A rule that EC2 does not list yet, or no longer has, is not revoked.
            proven &= self.revoke(spec, &live.id).await? >= surplus;
        }
        if changes.touch("rule-tags") {
            self.tag_rules(spec, &live.id).await?;
        }
        if changes.touch("tags") {
            self.ec2_tag(&live.id, &spec.tags).await?;
        }
        let outputs = SecurityGroupOutputs { tagged_otherwise: Vec::new(), ..live.outputs.clone() };
        Ok(proven.then(|| Live { outputs, ..live.clone().changed_to(spec.clone()) }))
    }

    async fn destroy(&self, live: &LiveGroup) -> CloudResult<Departure> {
        let call = self.ec2.delete_security_group().group_id(&live.id).send().await;
        let answer = call.accepting(&["InvalidGroup.NotFound"]);
        let going = Going::Group(&live.id);
        self.naming_obstacles(answer, live.spec.vpc.as_str(), going).await?;
        Ok(Departure::Gone)
    }
}

/// A new group, from which AWS lets everything out.
fn fresh(id: String, spec: &SecurityGroup, address: &Address) -> LiveGroup {
    let egress = BTreeSet::from([Rule::all(Peer::Cidr(Cidr::ANYWHERE))]);
    let spec = SecurityGroup { ingress: BTreeSet::new(), egress, ..spec.clone() };
    let outputs = SecurityGroupOutputs { id: id.clone(), tagged_otherwise: Vec::new() };
    Live::ready(address.clone(), id, spec, outputs)
}

/// Adds to a group a rule that it has.
fn add_rule(live: &mut LiveGroup, row: &types::SecurityGroupRule) -> CloudResult<()> {
    let Some(rule) = folded(row)? else { return Ok(()) };
    let (egress, tags) = (row.is_egress == Some(true), managed(row.tags.clone()));
    if tags != live.spec.tags {
        live.outputs.tagged_otherwise.push(TaggedRule { egress, rule: rule.clone(), tags });
    }
    if egress { &mut live.spec.egress } else { &mut live.spec.ingress }.insert(rule);
    Ok(())
}

impl Aws {
    /// A group of this stack as its description shows it, without its rules.
    fn security_group(&self, group: types::SecurityGroup) -> Option<LiveGroup> {
        let (address, tags) = self.ec2_owned(group.tags.clone())?;
        group_at(address, tags, group)
    }
}

/// A group at this address, whoever owns it.
pub(super) fn group_at(
    address: Address,
    tags: Tags,
    group: types::SecurityGroup,
) -> Option<LiveGroup> {
    let id = group.group_id?;
    let spec = SecurityGroup {
        name: group.group_name.unwrap_or_default(),
        description: group.description.unwrap_or_default(),
        vpc: Ref::known(group.vpc_id.unwrap_or_default()),
        ingress: BTreeSet::new(),
        egress: BTreeSet::new(),
        rule_tags: tags.clone(),
        tags,
    };
    let outputs = SecurityGroupOutputs { id: id.clone(), tagged_otherwise: Vec::new() };
    Some(Live::ready(address, id, spec, outputs))
}
