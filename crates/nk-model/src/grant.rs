//! What AWS must allow, so that resources of a kind can be read, created and deleted.

/// Actions that AWS must allow, on which resources, and under which condition.
///
/// The actions and their resources are those of
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What they are needed for.
    pub purpose: Purpose,
    /// Such as `ec2:CreateVpc`.
    pub actions: &'static [&'static str],
    /// ARNs without `arn:` and the partition, or `*` if the actions take no resource. They may
    /// contain `{region}`, `{account}`, `{stack}` (the beginning of the stack's names), `{lower}`
    /// (the same in lower case), and `{lock}` (the name of the lock).
    pub on: &'static [&'static str],
    /// The condition.
    pub only: Only,
    /// The top-level field of the spec without which the actions are not needed. A field that is
    /// absent, null, false, zero or empty counts as missing.
    pub given: Option<&'static str>,
}

/// What an action is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Reading what exists. Every command begins with it.
    Look,
    /// Reading much at once. If that is not allowed, the same is read one by one.
    Shortcut,
    /// Reading one resource while it is created, changed or deleted.
    Follow,
    /// Creating and changing.
    Make,
    /// Removing.
    Remove,
    /// Deleting what is deleted only together with something that cannot be created again.
    Bury,
    /// Turning off the protection of a resource that is destroyed on purpose.
    Lift,
    /// Setting the value of a secret.
    Fill,
}

/// The condition of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// None.
    Always,
    /// The resource has the stack's tag.
    Tagged,
    /// The request sets the stack's tag.
    Tagging,
    /// The key has one of these values.
    Is(&'static str, &'static [&'static str]),
    /// The key has one of the values of this top-level field of the spec, which is a set.
    Among(&'static str, &'static str),
}

impl Grant {
    /// The actions on any resource.
    pub const fn new(purpose: Purpose, actions: &'static [&'static str]) -> Self {
        Self { purpose, actions, on: &["*"], only: Only::Always, given: None }
    }

    /// For reading; see [`Purpose::Look`].
    pub const fn look(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Look, actions)
    }

    /// For reading with fewer calls; see [`Purpose::Shortcut`].
    pub const fn shortcut(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Shortcut, actions)
    }

    /// For looking at one resource during a run; see [`Purpose::Follow`].
    pub const fn follow(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Follow, actions)
    }

    /// For creating and changing; see [`Purpose::Make`].
    pub const fn make(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Make, actions)
    }

    /// For deleting; see [`Purpose::Remove`].
    pub const fn remove(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Remove, actions)
    }

    /// For deleting along with what cannot be created again; see [`Purpose::Bury`].
    pub const fn bury(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Bury, actions)
    }

    /// For turning off a protection; see [`Purpose::Lift`].
    pub const fn lift(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Lift, actions)
    }

    /// The same, limited to these resources.
    #[must_use]
    pub const fn on(self, on: &'static [&'static str]) -> Self {
        Self { on, ..self }
    }

    /// The same under a condition.
    #[must_use]
    pub const fn only(self, only: Only) -> Self {
        Self { only, ..self }
    }

    /// The same, if the spec has this field.
    #[must_use]
    pub const fn given(self, field: &'static str) -> Self {
        Self { given: Some(field), ..self }
    }

    /// Passing a role whose name begins like the stack's names to this service.
    pub const fn pass_role(services: &'static [&'static str]) -> Self {
        Self::make(&["iam:PassRole"])
            .on(&["iam::{account}:role/{stack}-*"])
            .only(Only::Is("iam:PassedToService", services))
    }

    /// The role that a service creates for itself when it is first used in an account.
    pub const fn service_role(services: &'static [&'static str]) -> Self {
        Self::make(&["iam:CreateServiceLinkedRole"])
            .on(&["iam::{account}:role/aws-service-role/*"])
            .only(Only::Is("iam:AWSServiceName", services))
    }
}
