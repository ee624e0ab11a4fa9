//! What AWS must allow, so that a kind can be read, made and removed.

/// Actions that AWS must allow, on what, and under which condition.
///
/// The actions and the resources they take are those of
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What they are needed for.
    pub purpose: Purpose,
    /// As in `ec2:CreateVpc`.
    pub actions: &'static [&'static str],
    /// ARNs without `arn:` and the partition, or `*` where the actions take no resource. They may
    /// hold `{region}`, `{account}`, the lock's name as `{lock}`, and once the names of a kind as in
    /// `{role}`, or the name of one resource as in `{secret.db-password}`.
    pub on: &'static [&'static str],
    /// The condition.
    pub only: Only,
    /// The top-level field of the spec without which nobody needs them: absent, null, false, zero
    /// and empty are without.
    pub given: Option<&'static str>,
}

/// What an action is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Reading what there is. Everything begins with it.
    Look,
    /// Reading much at once. Where that is not allowed, the same is read one by one.
    Shortcut,
    /// Looking at one resource while it is made, changed or removed.
    Follow,
    /// Making and changing.
    Make,
    /// Removing.
    Remove,
    /// Removing what goes only together with something that cannot be made again.
    Bury,
    /// Lifting what protects a resource, when it is destroyed on purpose.
    Lift,
    /// Setting what a secret holds.
    Fill,
}

/// The condition of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// None.
    Always,
    /// What is asked for carries the stack's tag.
    Tagged,
    /// The request sets the stack's tag.
    Tagging,
    /// The key has one of these values.
    Is(&'static str, &'static [&'static str]),
    /// The key has one of the values of this top-level field of the spec, which is a set.
    Among(&'static str, &'static str),
}

impl Grant {
    /// The actions on whatever there is.
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

    /// For making and changing; see [`Purpose::Make`].
    pub const fn make(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Make, actions)
    }

    /// For removing; see [`Purpose::Remove`].
    pub const fn remove(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Remove, actions)
    }

    /// For removing along with what cannot be made again; see [`Purpose::Bury`].
    pub const fn bury(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Bury, actions)
    }

    /// For lifting a protection; see [`Purpose::Lift`].
    pub const fn lift(actions: &'static [&'static str]) -> Self {
        Self::new(Purpose::Lift, actions)
    }

    /// The same on these resources alone.
    #[must_use]
    pub const fn on(self, on: &'static [&'static str]) -> Self {
        Self { on, ..self }
    }

    /// The same under a condition.
    #[must_use]
    pub const fn only(self, only: Only) -> Self {
        Self { only, ..self }
    }

    /// The same where the spec has this field.
    #[must_use]
    pub const fn given(self, field: &'static str) -> Self {
        Self { given: Some(field), ..self }
    }

    /// Passing a role whose name begins like the stack's to this service.
    pub const fn pass_role(services: &'static [&'static str]) -> Self {
        Self::make(&["iam:PassRole"])
            .on(&["iam::{account}:role/{role}"])
            .only(Only::Is("iam:PassedToService", services))
    }

    /// The role that a service makes for itself when an account uses it for the first time.
    pub const fn service_role(services: &'static [&'static str]) -> Self {
        Self::make(&["iam:CreateServiceLinkedRole"])
            .on(&["iam::{account}:role/aws-service-role/*"])
            .only(Only::Is("iam:AWSServiceName", services))
    }
}
