//! Which resources a look is for, and what several looks share.

use std::{
    any::Any,
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex},
};

use nk_model::{Address, Json};
use tokio::sync::OnceCell;

use crate::CloudError;

/// Which resources of a kind a look is for.
pub struct Scope<K> {
    /// The desired ones by address, with placeholders for references that are not known yet. They
    /// tell what to look for; nothing of them is copied into what is found. For a look at one
    /// resource that is being deleted, what is known of it.
    pub wanted: Vec<(Address, K)>,
    /// How far to look.
    pub reach: Reach,
    /// Whether the look is for what has been or is being deleted, and for what may remain of it.
    pub going: bool,
    /// What the looks of one pass share.
    pub pass: Pass,
}

/// How far to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everything of this stack, desired or not, and what is in its way.
    Stack,
    /// Only this desired resource, with its id if that is known.
    One(Option<String>),
}

impl<K> Scope<K> {
    /// Everything of the stack.
    pub fn stack(mut wanted: Vec<(Address, K)>, pass: Pass) -> Self {
        wanted.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self { wanted, reach: Reach::Stack, going: false, pass }
    }

    /// One resource.
    pub fn one(address: Address, spec: K, id: Option<String>) -> Self {
        let (wanted, reach) = (vec![(address, spec)], Reach::One(id));
        Self { wanted, reach, going: false, pass: Pass::default() }
    }

    /// One resource that was deleted.
    pub fn going(address: Address, spec: K, id: String) -> Self {
        Self { going: true, ..Self::one(address, spec, Some(id)) }
    }

    /// The one address of the look, unless it is for the whole stack.
    pub fn address(&self) -> Option<&Address> {
        match self.reach {
            Reach::Stack => None,
            Reach::One(_) => self.wanted.first().map(|(address, _)| address),
        }
    }

    /// The id of the one resource, if it is known.
    pub fn id(&self) -> Option<&str> {
        match &self.reach {
            Reach::Stack => None,
            Reach::One(id) => id.as_deref(),
        }
    }

    /// The desired spec at an address.
    pub fn wanted(&self, address: &Address) -> Option<&K> {
        let at = self.wanted.binary_search_by(|(wanted, _)| wanted.cmp(address)).ok()?;
        Some(&self.wanted[at].1)
    }

    /// Whether the look includes a resource at this address.
    pub fn covers(&self, address: &Address) -> bool {
        self.address().is_none_or(|one| one == address)
    }
}

impl Scope<Json> {
    pub(crate) fn typed<K>(
        self,
        spec: impl Fn(&Json) -> Result<K, CloudError>,
    ) -> Result<Scope<K>, CloudError> {
        let wanted = self
            .wanted
            .into_iter()
            .map(|(address, json)| Ok((address, spec(&json)?)))
            .collect::<Result<_, CloudError>>()?;
        Ok(Scope { wanted, reach: self.reach, going: self.going, pass: self.pass })
    }
}

/// What the looks of one pass share, so that no call is made twice: the listeners need the load
/// balancers as well, but only the first of both reads them.
#[derive(Clone, Default)]
pub struct Pass {
    cells: Arc<Mutex<HashMap<String, Arc<dyn Any + Send + Sync>>>>,
}

type Cell<T> = OnceCell<Result<Arc<T>, CloudError>>;

impl Pass {
    /// What `read` returned the first time it was called under this name.
    ///
    /// # Panics
    ///
    /// If one name is used for two types.
    pub async fn once<T, F>(
        &self,
        name: &str,
        read: impl FnOnce() -> F,
    ) -> Result<Arc<T>, CloudError>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, CloudError>>,
    {
        let cell = {
            let mut cells = self.cells.lock().expect("nothing panics while it holds this lock");
            let cell = cells.entry(name.to_owned()).or_insert_with(|| Arc::new(Cell::<T>::new()));
            Arc::clone(cell).downcast::<Cell<T>>().expect("one type a name")
        };
        cell.get_or_init(|| async { read().await.map(Arc::new) }).await.clone()
    }
}
