//! From a stack to its resources: what the sections share while they add theirs.

use std::collections::{BTreeMap, BTreeSet};

use nk_kinds::{
    Cidr, PolicyDocument, Tags,
    ec2::{Peer, Rule, SecurityGroup},
    iam::Role,
    secretsmanager::{Content, Secret},
};
use nk_model::{Address, Desired, Kind, Note, Ref, Resource, Settle};

use crate::{
    Stack, Survey,
    measure::{Chart, Watch},
};

/// A stack being expanded.
pub(crate) struct Expansion<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) survey: &'a Survey,
    pub(crate) desired: Desired,
    /// The charts of the dashboard, the last at the top.
    pub(crate) charts: Vec<[Chart; 2]>,
    /// What raises an alarm.
    pub(crate) watches: Vec<Watch>,
}

impl<'a> Expansion<'a> {
    pub(crate) fn new(stack: &'a Stack, survey: &'a Survey) -> Self {
        let desired = Desired::nothing(stack.id.clone());
        Self { stack, survey, desired, charts: Vec::new(), watches: Vec::new() }
    }
}

impl Expansion<'_> {
    /// Adds the resource called `name`.
    pub(crate) fn add<K: Kind>(&mut self, name: &str, spec: &K) -> &mut Resource {
        self.desired.add(name, spec)
    }

    /// Sets a field of a resource before whatever refers to it is deleted.
    pub(crate) fn set_before_destroy<K: Kind>(&mut self, name: &str, field: &str, value: u32) {
        let fields = [(field.to_owned(), value.into())].into();
        self.desired.farewell.insert(Address::new(K::KIND, name), fields);
    }

    /// The name at AWS of the resource called `name`, and its tags.
    pub(crate) fn identify<K: Kind>(&self, name: &str) -> (String, Tags) {
        self.identify_after::<K>(name, name)
    }

    /// The same for a resource that `word` distinguishes from others of its kind.
    pub(crate) fn identify_after<K: Kind>(&self, name: &str, word: &str) -> (String, Tags) {
        let address = Address::new(K::KIND, name);
        let called = self.stack.called_after(&address, word);
        let tags = Tags::new(&self.stack.id, &address, &called);
        (called, tags)
    }

    /// The tags of a resource whose only name is the one in them.
    pub(crate) fn tags<K: Kind>(&self, name: &str) -> Tags {
        self.identify::<K>(name).1
    }

    /// The name at AWS of the resource called `name`.
    pub(crate) fn called<K: Kind>(&self, name: &str) -> String {
        self.stack.called(&Address::new(K::KIND, name))
    }

    /// Adds a role that an AWS service assumes, with an AWS managed policy and an inline policy.
    pub(crate) fn role(
        &mut self,
        name: &str,
        service: &str,
        managed: Option<&str>,
        own: Option<(&str, PolicyDocument)>,
    ) {
        let arn = |policy| format!("arn:aws:iam::aws:policy/service-role/{policy}");
        let own = own.map(|(name, policy)| (name.to_owned(), policy));
        let (called, tags) = self.identify::<Role>(name);
        let role = Role {
            name: called,
            trust: PolicyDocument::trust(service),
            managed: managed.map(arn).into_iter().collect(),
            inline: own.into_iter().collect::<BTreeMap<_, _>>(),
            tags,
        };
        self.add(name, &role);
    }

    /// Adds a security group that lets these in, and everything out.
    pub(crate) fn security_group(&mut self, name: &str, what: &str, ingress: BTreeSet<Rule>) {
        let (called, tags) = self.identify::<SecurityGroup>(name);
        let group = SecurityGroup {
            name: called,
            description: format!("{what} of {}", self.stack.id),
            vpc: Ref::to("main"),
            ingress,
            egress: BTreeSet::from([Rule::all(Peer::Cidr(Cidr::ANYWHERE))]),
            rule_tags: tags.clone(),
            tags,
        };
        self.add(name, &group);
    }

    /// Adds a secret.
    pub(crate) fn secret(&mut self, name: &str, description: &str, content: Content) {
        let (called, tags) = self.identify::<Secret>(name);
        let secret = Secret {
            name: called,
            description: description.to_owned(),
            content,
            recovery_days: Secret::RECOVERY_DAYS,
            tags: match content {
                Content::Password => tags,
                Content::Empty => tags.holding(&self.survey.credentials),
            },
        };
        self.add(name, &secret);
    }

    /// Adds a note for the reader of the plan, with the key that settles it.
    pub(crate) fn note(&mut self, about: &str, text: impl Into<String>, key: &str) {
        self.settled_by(about, text, Settle::Key(key.to_owned()));
    }

    /// The same, with anything that settles it.
    pub(crate) fn settled_by(&mut self, about: &str, text: impl Into<String>, settle: Settle) {
        let (about, text, settle) = (about.to_owned(), text.into(), Some(settle));
        self.desired.notes.push(Note { about, text, settle });
    }
}
