//! How SNS makes a topic.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sns::types::Subscription;
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::{
    Tags,
    sns::{Topic, TopicOutputs},
};
use nk_model::{Address, Change, Changes, Kind, Live};

use crate::{
    Aws,
    sdk_error::SdkResult,
    tag_index::TagIndex,
    tags::{managed, sdk_tags},
};

/// How SNS says that a topic is gone: reading tags has a word of its own.
const MISSING: &[&str] = &["NotFound", "ResourceNotFound"];
/// The protocol of subscriptions by e-mail.
const EMAIL: &str = "email";

type LiveTopic = Live<Topic, TopicOutputs>;

impl Reconcile<Topic> for Aws {
    async fn observe(&self, scope: &Scope<Topic>) -> CloudResult<Vec<LiveTopic>> {
        let index = self.tag_index(scope).await?;
        let mut names: BTreeSet<_> =
            scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        if scope.reach == Reach::Stack {
            names.extend(self.indexed_topics(scope).await?);
        }
        let looks = names.into_iter().map(|name| self.topic(scope, &index, name));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(&self, spec: &Topic, address: &Address) -> CloudResult<Option<LiveTopic>> {
        let call = self.sns.create_topic().name(&spec.name).set_tags(Some(sdk_tags(&spec.tags)));
        let answer = call.send().await.or_cloud_error()?;
        Ok(answer.topic_arn.map(|arn| {
            let spec = Topic { emails: BTreeSet::new(), ..spec.clone() };
            let outputs = TopicOutputs { arn, unconfirmed: BTreeSet::new() };
            Live::ready(address.clone(), spec.name.clone(), spec, outputs)
        }))
    }

    async fn update(
        &self,
        spec: &Topic,
        live: &LiveTopic,
        changes: &[Change],
    ) -> CloudResult<Option<LiveTopic>> {
        let arn = &live.outputs.arn;
        let mut unconfirmed = live.outputs.unconfirmed.clone();
        if changes.touch("emails") {
            let calls = spec.emails.difference(&live.spec.emails).map(|email| async move {
                let call = self.sns.subscribe().topic_arn(arn).protocol(EMAIL).endpoint(email);
                let answer = call.send().await.or_cloud_error()?;
                Ok(confirmed(answer.subscription_arn.as_deref()).is_none().then(|| email.clone()))
            });
            unconfirmed.extend(try_join_all(calls).await?.into_iter().flatten());
            if !live.spec.emails.is_subset(&spec.emails) {
                self.unsubscribe_others(spec, arn).await?;
            }
        }
        if changes.touch("tags") {
            let call = self.sns.tag_resource().resource_arn(arn);
            call.set_tags(Some(sdk_tags(&spec.tags))).send().await.or_cloud_error()?;
        }
        unconfirmed.retain(|email| spec.emails.contains(email));
        let notes = notes(&unconfirmed);
        let outputs = TopicOutputs { arn: arn.clone(), unconfirmed };
        Ok(Some(Live { spec: spec.clone(), outputs, notes, ..live.clone() }))
    }

    async fn destroy(&self, live: &LiveTopic) -> CloudResult<Departure> {
        // Its subscriptions go with it.
        let call = self.sns.delete_topic().topic_arn(&live.outputs.arn).send().await;
        call.accepting(MISSING)?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// The names of the topics of this stack that its index of tags knows. They cost no call where
    /// other kinds ask the index as well.
    async fn indexed_topics(&self, scope: &Scope<Topic>) -> CloudResult<Vec<String>> {
        let index = self.stack_index(&scope.pass).await?;
        let ours = |tags: &Tags| {
            tags.address(&self.stack).is_some_and(|address| address.kind() == Topic::KIND)
        };
        let known = index.known().into_iter().flatten();
        let arns = known.filter(|(_, tags)| ours(tags)).map(|(arn, _)| arn);
        Ok(arns.filter_map(|arn| Some(arn.rsplit_once(':')?.1.to_owned())).collect())
    }

    /// The topic of this name; none where it is not there or is no business of the look's.
    async fn topic(
        &self,
        scope: &Scope<Topic>,
        index: &TagIndex,
        name: String,
    ) -> CloudResult<Option<LiveTopic>> {
        let arn = self.arn("sns", &self.region, &name);
        let named = |spec: &Topic| spec.name == name;
        let wanted = scope.wanted.iter().find(|(_, spec)| named(spec));
        let tags = async {
            match index.confirmed(&arn, wanted.map(|(_, spec)| &spec.tags)) {
                Some(tags) => Ok(Some(tags)),
                None => self.topic_tags(&arn).await,
            }
        };
        let (tags, found) = tokio::try_join!(tags, self.subscriptions(&arn))?;
        let (Some(tags), Some(found)) = (tags, found) else { return Ok(None) };
        let Some((address, owner)) = self.holder(scope, named, &tags) else { return Ok(None) };
        let emails = emails(&found);
        let unconfirmed = emails.iter().filter(|(_, arn)| arn.is_none());
        let unconfirmed: BTreeSet<_> = unconfirmed.map(|(email, _)| email.clone()).collect();
        let notes = notes(&unconfirmed);
        let spec = Topic { name: name.clone(), emails: emails.into_keys().collect(), tags };
        let live = Live::ready(address, name, spec, TopicOutputs { arn, unconfirmed });
        Ok(Some(Live { notes, ..live.owned_by(owner) }))
    }

    /// The tags that nk sets; none where there is no such topic.
    async fn topic_tags(&self, arn: &str) -> CloudResult<Option<Tags>> {
        let call = self.sns.list_tags_for_resource().resource_arn(arn).send().await;
        Ok(call.accepting(MISSING)?.map(|answer| managed(answer.tags)))
    }

    /// The subscriptions to a topic; none where there is no such topic.
    async fn subscriptions(&self, arn: &str) -> CloudResult<Option<Vec<Subscription>>> {
        let call = self.sns.list_subscriptions_by_topic().topic_arn(arn);
        let pages = call.into_paginator().items().send();
        pages.try_collect().await.accepting(MISSING)
    }

    /// Ends the subscriptions of all addresses that are not wanted and have confirmed.
    async fn unsubscribe_others(&self, spec: &Topic, arn: &str) -> CloudResult<()> {
        let found = self.subscriptions(arn).await?.unwrap_or_default();
        let others = emails(&found).into_iter().filter(|(email, _)| !spec.emails.contains(email));
        let calls = others.filter_map(|(_, arn)| arn).map(|arn| async move {
            let call = self.sns.unsubscribe().subscription_arn(arn).send().await;
            call.accepting(MISSING).map(drop)
        });
        try_join_all(calls).await.map(drop)
    }
}

/// The subscribed addresses, each with the ARN of its subscription once it has confirmed.
fn emails(found: &[Subscription]) -> BTreeMap<String, Option<String>> {
    let emails = found.iter().filter(|one| one.protocol() == Some(EMAIL));
    // What has been unsubscribed stays in the list for a while.
    let there = emails.filter(|one| one.subscription_arn() != Some("Deleted"));
    there
        .filter_map(|one| {
            let arn = confirmed(one.subscription_arn()).map(str::to_owned);
            Some((one.endpoint.clone()?, arn))
        })
        .collect()
}

/// The ARN of a subscription, which has one only once it has been confirmed: until then SNS has
/// words in its place, with a space or without.
fn confirmed(arn: Option<&str>) -> Option<&str> {
    arn.filter(|arn| arn.starts_with("arn:"))
}

/// What is said of addresses that have not confirmed.
fn notes(unconfirmed: &BTreeSet<String>) -> Vec<String> {
    let note = |email| format!("{email} is told nothing until it confirms: AWS sent it a link");
    unconfirmed.iter().map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(protocol: &str, endpoint: &str, arn: &str) -> Subscription {
        let one = Subscription::builder().protocol(protocol).endpoint(endpoint);
        one.subscription_arn(arn).build()
    }

    #[test]
    fn only_what_has_been_confirmed_has_an_arn() {
        let found = [
            subscription("email", "a@example.jp", "arn:aws:sns:r:1:t:id"),
            subscription("email", "b@example.jp", "PendingConfirmation"),
            subscription("email", "c@example.jp", "Deleted"),
            subscription("https", "https://example.jp", "arn:aws:sns:r:1:t:other"),
        ];
        let expected = BTreeMap::from([
            ("a@example.jp".to_owned(), Some("arn:aws:sns:r:1:t:id".to_owned())),
            ("b@example.jp".to_owned(), None),
        ]);
        assert_eq!(emails(&found), expected);
        assert_eq!(confirmed(Some("pending confirmation")), None);
    }
}
