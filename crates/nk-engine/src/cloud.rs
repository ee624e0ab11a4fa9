//! What the engine requires of a cloud: four operations on every kind, and a place for the lock.

use std::future::Future;

use futures::future::BoxFuture;
use nk_model::{Address, Change, Guard, Json, Kind, Live, LiveValue};

use crate::{CloudError, Scope};

type Result<T> = std::result::Result<T, CloudError>;

/// How a cloud observes, creates, updates and destroys the resources of one kind.
///
/// Reconcilers contain no loops, no sleeps and no retries of their own: waiting, polling and
/// patience are in the engine's `settle`, once. Every operation may be cut off anywhere, and is
/// then started again after a fresh look.
pub trait Reconcile<K: Kind>: Send + Sync {
    /// Reads what exists.
    ///
    /// Returns *all* resources of this stack in the scope, including several at one address, each
    /// with the spec that would have produced it, the fields of it that are not reported, and what
    /// no spec can say; and those with a name of the stack that do not
    /// belong to it, as [`Owner::Foreign`](nk_model::Owner). What is deleted but still listed does
    /// not count.
    fn observe(
        &self,
        scope: &Scope<K>,
    ) -> impl Future<Output = Result<Vec<Live<K, K::Outputs>>>> + Send;

    /// Makes the one call that creates the resource, with its tags; everything else is an update.
    /// Returns what the answer shows, if that is enough for a `Live`.
    fn create(
        &self,
        spec: &K,
        address: &Address,
    ) -> impl Future<Output = Result<Option<Live<K, K::Outputs>>>> + Send;

    /// Changes the changed fields of `live` to the values in `spec`, and restores it first if its
    /// phase is [`Phase::Retired`](nk_model::Phase); in that case there may be no changes. Returns
    /// the new live resource if AWS's answers prove it; otherwise none, and the engine looks again.
    fn update(
        &self,
        spec: &K,
        live: &Live<K, K::Outputs>,
        changes: &[Change],
    ) -> impl Future<Output = Result<Option<Live<K, K::Outputs>>>> + Send;

    /// Deletes the resource. Not finding it is success.
    fn destroy(&self, live: &Live<K, K::Outputs>)
    -> impl Future<Output = Result<Departure>> + Send;

    /// What a destroy would lose or be blocked by: protection, contents, users.
    fn guards(
        &self,
        live: &Live<K, K::Outputs>,
    ) -> impl Future<Output = Result<Vec<Guard>>> + Send {
        let _ = live;
        async { Ok(Vec::new()) }
    }

    /// Removes the guards that can be removed, before a destroy with `--unprotect`.
    fn unprotect(&self, live: &Live<K, K::Outputs>) -> impl Future<Output = Result<()>> + Send {
        let _ = live;
        async { Ok(()) }
    }
}

/// How far a destroy call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// It is deleted; there is nothing to wait for.
    Gone,
    /// It is being deleted; looking will tell when that is done.
    Going,
}

/// What an update starts from: the live resource and its differences.
type Update = (LiveValue, Vec<Change>);

/// The future of an operation on a cloud.
type Promise<'a, T> = BoxFuture<'a, Result<T>>;

/// One kind's operations with the type erased.
pub struct Entry<C> {
    /// The kind.
    pub kind: &'static str,
    observe: for<'a> fn(&'a C, Scope<Json>) -> Promise<'a, Vec<LiveValue>>,
    create: for<'a> fn(&'a C, Json, Address) -> Promise<'a, Option<LiveValue>>,
    update: for<'a> fn(&'a C, Json, Update) -> Promise<'a, Option<LiveValue>>,
    destroy: for<'a> fn(&'a C, LiveValue) -> Promise<'a, Departure>,
    guards: for<'a> fn(&'a C, LiveValue) -> Promise<'a, Vec<Guard>>,
    unprotect: for<'a> fn(&'a C, LiveValue) -> Promise<'a, ()>,
}

fn spec<K: Kind>(spec: &Json) -> Result<K> {
    K::deserialize(spec).map_err(|error| CloudError::garbled(K::KIND, &error))
}

fn restore<K: Kind>(live: &LiveValue) -> Result<Live<K, K::Outputs>> {
    Live::restore(live).map_err(|error| CloudError::garbled(K::KIND, &error))
}

fn erase<K: Kind>(live: Live<K, K::Outputs>) -> Result<LiveValue> {
    live.erase().map_err(|error| CloudError::garbled(K::KIND, &error))
}

impl<C: Send + Sync> Entry<C> {
    /// The entry of a kind.
    pub const fn of<K: Kind>() -> Self
    where
        C: Reconcile<K>,
    {
        Self {
            kind: K::KIND,
            observe: |cloud, scope| {
                Box::pin(async move {
                    let found = cloud.observe(&scope.typed(spec::<K>)?).await?;
                    found.into_iter().map(erase).collect()
                })
            },
            create: |cloud, desired, address| {
                Box::pin(async move {
                    cloud.create(&spec::<K>(&desired)?, &address).await?.map(erase).transpose()
                })
            },
            update: |cloud, desired, (live, changes)| {
                Box::pin(async move {
                    let (desired, live) = (spec::<K>(&desired)?, restore::<K>(&live)?);
                    cloud.update(&desired, &live, &changes).await?.map(erase).transpose()
                })
            },
            destroy: |cloud, live| {
                Box::pin(async move { cloud.destroy(&restore::<K>(&live)?).await })
            },
            guards: |cloud, live| {
                Box::pin(async move { cloud.guards(&restore::<K>(&live)?).await })
            },
            unprotect: |cloud, live| {
                Box::pin(async move { cloud.unprotect(&restore::<K>(&live)?).await })
            },
        }
    }
}

/// Everything that nk needs from the place that holds the resources.
pub trait Cloud: Send + Sync + Sized + 'static {
    /// Its kinds.
    const ENTRIES: &'static [Entry<Self>];

    /// Reads the lock.
    fn read_lock(&self) -> impl Future<Output = Result<Option<crate::LockRecord>>> + Send;

    /// Writes the lock and returns the version of this write: one more than the version before, or
    /// 1 for a new record. With `fresh`, none if a record already exists.
    fn write_lock(
        &self,
        value: &str,
        fresh: bool,
    ) -> impl Future<Output = Result<Option<i64>>> + Send;

    /// What was written as this version of the lock, if the cloud still has it.
    fn lock_version(&self, version: i64) -> impl Future<Output = Result<Option<String>>> + Send;

    /// Removes the lock; not finding it is success.
    fn remove_lock(&self) -> impl Future<Output = Result<()>> + Send;
}

/// The operations by kind, for every cloud.
pub(crate) trait Erased: Cloud {
    fn entry(kind: &str) -> &'static Entry<Self> {
        Self::ENTRIES.iter().find(|entry| entry.kind == kind).expect("every kind has a reconciler")
    }

    async fn observe_kind(&self, kind: &str, scope: Scope<Json>) -> Result<Vec<LiveValue>> {
        (Self::entry(kind).observe)(self, scope).await
    }

    async fn create_one(&self, spec: &Json, address: &Address) -> Result<Option<LiveValue>> {
        (Self::entry(address.kind()).create)(self, spec.clone(), address.clone()).await
    }

    async fn update_one(
        &self,
        spec: &Json,
        live: &LiveValue,
        changes: &[Change],
    ) -> Result<Option<LiveValue>> {
        let entry = Self::entry(live.address.kind());
        (entry.update)(self, spec.clone(), (live.clone(), changes.to_vec())).await
    }

    async fn destroy_one(&self, live: &LiveValue) -> Result<Departure> {
        (Self::entry(live.address.kind()).destroy)(self, live.clone()).await
    }

    async fn guards_of(&self, live: &LiveValue) -> Result<Vec<Guard>> {
        (Self::entry(live.address.kind()).guards)(self, live.clone()).await
    }

    async fn unprotect_one(&self, live: &LiveValue) -> Result<()> {
        (Self::entry(live.address.kind()).unprotect)(self, live.clone()).await
    }
}

impl<C: Cloud> Erased for C {}
