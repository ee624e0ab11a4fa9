//! A stack file for one environment, read and checked.

use std::{any::Any, fmt::Debug, sync::Arc};

use nk_model::StackId;

use crate::problem::Source;

/// A stack in one environment, as its file describes it.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Which stack.
    pub id: StackId,
    /// The AWS region.
    pub region: String,
    /// The only account in which it may be created.
    pub account: Option<String>,
    /// Whether databases, user pools and the load balancer are protected from deletion.
    pub(crate) protected: bool,
    /// Its sections, each with its key, except those that could not be read.
    pub(crate) sections: Vec<(&'static str, Arc<dyn Part>)>,
    /// How many elastic IP addresses all environments of the file need together.
    pub(crate) addresses_of_all: usize,
    pub(crate) source: Arc<Source>,
}

/// A section with its type erased, so that the stack does not depend on the list of sections.
pub(crate) trait Part: Any + Debug + Send + Sync {}

impl<T: Any + Debug + Send + Sync> Part for T {}

impl Stack {
    /// The section of this type, if the stack has it.
    pub(crate) fn section<S: Any>(&self) -> Option<&S> {
        self.sections.iter().find_map(|(_, part)| {
            let part: &dyn Any = &**part;
            part.downcast_ref()
        })
    }

    /// Whether it has the section with this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.sections.iter().any(|(one, _)| *one == key)
    }

    /// Whether people rely on the environment.
    pub(crate) fn is_relied_on(&self) -> bool {
        self.protected || ["prod", "production"].contains(&self.id.environment.as_str())
    }
}
