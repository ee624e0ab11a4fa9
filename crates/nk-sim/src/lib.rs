//! A cloud in memory: every kind, with latency, faults, and AWS's refusals.
//!
//! What is created is busy for the usual time of its kind, by tokio's clock: in paused time, an
//! apply of seven minutes takes milliseconds, and its event times are exact. A resource that others
//! refer to cannot be deleted, a missing one cannot be referred to, and immutable fields cannot be
//! changed: a plan in a wrong order fails here as it would at AWS.

mod fault;
mod lock;
mod store;
mod world;

use std::{
    future::Future,
    sync::{Mutex, MutexGuard},
};

pub use fault::Fault;
use nk_engine::{
    CallListener, Cloud, CloudResult, Departure, Entry, LockRecord, Reconcile, Scope, current_step,
};
use nk_model::{Address, Call, Change, Kind, KindInfo, Live, LiveValue, Phase};
use serde_json::Value as Json;
use tokio::time::{Duration, Instant, sleep};
use world::World;

/// How a call may be treated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// It changes nothing.
    Read,
    /// It changes something, and is repeated if it is not answered.
    Repeatedly,
    /// It changes something and is sent once, because a repetition could create a second resource.
    Once,
}

/// The cloud.
pub struct Sim {
    world: Mutex<World>,
    latency: Duration,
    listener: Mutex<Option<(Instant, CallListener)>>,
}

macro_rules! entries {
    ($($kind:ty),* $(,)?) => {
        const ENTRIES: &[Entry<Sim>] = &[$(Entry::of::<$kind>()),*];
    };
}
nk_kinds::each_kind!(entries);

impl Default for Sim {
    fn default() -> Self {
        Self::with_latency(Duration::from_millis(40))
    }
}

impl Sim {
    /// An empty cloud in which every call takes this long.
    pub fn with_latency(latency: Duration) -> Self {
        Self { world: Mutex::default(), latency, listener: Mutex::default() }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("nothing panics while it holds this lock")
    }

    /// The fault from now on.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.world().fault = fault;
    }

    /// Reports every call from now on, with its time since `zero`.
    ///
    /// # Panics
    ///
    /// If a listener has panicked.
    pub fn listen(&self, zero: Instant, listener: CallListener) {
        *self.listener.lock().expect("listeners do not panic") = Some((zero, listener));
    }

    fn tell(&self, operation: &str, began: Instant, well: bool) {
        let listener = self.listener.lock().expect("listeners do not panic");
        let Some((zero, listener)) = &*listener else { return };
        listener(Call {
            step: current_step(),
            operation: operation.to_owned(),
            at: began - *zero,
            took: began.elapsed(),
            status: if well { 200 } else { 400 },
            request_id: None,
        });
    }

    /// Makes everything that begins from now on take this many times its usual time.
    pub fn set_slowness(&self, slowness: f64) {
        self.world().slowness = slowness;
    }

    /// The number of calls, and the number of those that change something.
    pub fn calls(&self) -> (usize, usize) {
        let world = self.world();
        (world.reads + world.changes, world.changes)
    }

    /// Everything that exists, busy or not.
    pub fn everything(&self) -> Vec<LiveValue> {
        self.world().everything()
    }

    /// Changes a field of something behind nk's back.
    ///
    /// # Panics
    ///
    /// If there is no such resource or field.
    pub fn meddle(&self, address: &Address, field: &str, value: Json) {
        let mut world = self.world();
        let id = world.resources.at(address).next().map(|(id, _)| id.clone());
        let id = id.expect("there is such a resource");
        world.resources.change(&id, |one| one.spec[field] = value);
    }

    /// Deletes something behind nk's back.
    pub fn remove(&self, address: &Address) {
        self.world().resources.clear(address);
    }

    /// Makes what is created at this address fail for this reason. Only a look by its id shows
    /// that, as with a NAT gateway.
    pub fn thwart(&self, address: &Address, reason: &str) {
        self.world().thwarted.insert(address.clone(), reason.to_owned());
    }

    /// Makes somebody else change the value at this JSON pointer in the spec, to another value each
    /// time it is updated.
    pub fn contest(&self, address: &Address, pointer: &str) {
        self.world().contested.insert(address.clone(), pointer.to_owned());
    }

    /// Keeps what is at this address, although its deletion is accepted.
    ///
    /// # Panics
    ///
    /// If there is no such resource.
    pub fn stick(&self, address: &Address) {
        let mut world = self.world();
        let id = world.resources.at(address).next().map(|(id, _)| id.clone());
        world.resources.change(&id.expect("there is such a resource"), |one| one.sticks = true);
    }

    /// Has the name of what goes from now on not be free before so much later.
    pub fn set_lingering(&self, lingering: Duration) {
        self.world().lingering = lingering;
    }

    /// Has every update show only after so long.
    pub fn set_lag(&self, lag: Duration) {
        self.world().lag = lag;
    }

    /// Adds something behind nk's back, such as a twin, a leftover, or a foreign resource.
    pub fn plant(&self, live: LiveValue) {
        self.world().plant(live);
    }

    /// One call: it takes its time, and may fail before or after it is carried out.
    async fn call<T>(
        &self,
        sent: Sent,
        operation: String,
        mut effect: impl FnMut(&mut World) -> CloudResult<T> + Send,
    ) -> CloudResult<T> {
        let began = Instant::now();
        sleep(self.latency).await;
        let answer = {
            let mut world = self.world();
            let outcome = world.count(sent != Sent::Read, &operation);
            outcome.apply(&operation, sent == Sent::Repeatedly, || effect(&mut world))
        };
        self.tell(&operation, began, answer.is_ok());
        answer
    }
}

impl<K: Kind> Reconcile<K> for Sim {
    async fn observe(&self, scope: &Scope<K>) -> CloudResult<Vec<Live<K, K::Outputs>>> {
        let found = self
            .call(Sent::Read, format!("sim:Describe {}", K::KIND), |world| {
                Ok(match scope.address() {
                    Some(address) => world.at(address),
                    None => world.of_kind(K::KIND),
                })
            })
            .await?;
        let shows = |live: &&LiveValue| {
            !matches!(live.phase, Phase::Failed(_)) || scope.id() == Some(&live.id)
        };
        Ok(found
            .iter()
            .filter(shows)
            .map(|live| Live::restore(live).expect("the sim keeps what it was given"))
            .collect())
    }

    async fn create(
        &self,
        spec: &K,
        address: &Address,
    ) -> CloudResult<Option<Live<K, K::Outputs>>> {
        let json = serde_json::to_value(spec).expect("a spec serializes");
        let (address, kind) = (address.clone(), KindInfo::of::<K>());
        let sent = if K::IDENTITY.guarded { Sent::Repeatedly } else { Sent::Once };
        let live = self
            .call(sent, format!("sim:Create {address}"), move |world| {
                world.create(&kind, address.clone(), json.clone())
            })
            .await?;
        Ok(Some(Live::restore(&live).expect("the sim keeps what it was given")))
    }

    async fn update(
        &self,
        spec: &K,
        live: &Live<K, K::Outputs>,
        changes: &[Change],
    ) -> CloudResult<Option<Live<K, K::Outputs>>> {
        let json = serde_json::to_value(spec).expect("a spec serializes");
        let (id, address, kind) = (live.id.clone(), live.address.clone(), KindInfo::of::<K>());
        let operation = format!("sim:Update {address}");
        let effect = move |world: &mut World| {
            world.update(&kind, &id, address.clone(), json.clone(), changes)
        };
        self.call(Sent::Repeatedly, operation, effect).await?;
        Ok(None)
    }

    fn destroy(
        &self,
        live: &Live<K, K::Outputs>,
    ) -> impl Future<Output = CloudResult<Departure>> + Send {
        let (id, kind) = (live.id.clone(), KindInfo::of::<K>());
        let operation = format!("sim:Delete {}", live.address);
        self.call(Sent::Repeatedly, operation, move |world| world.delete(&kind, &id))
    }
}

impl Cloud for Sim {
    const ENTRIES: &'static [Entry<Self>] = ENTRIES;

    async fn read_lock(&self) -> CloudResult<Option<LockRecord>> {
        self.call(Sent::Read, "sim:ReadLock".into(), |world| Ok(world.lock.read())).await
    }

    async fn write_lock(&self, value: &str, fresh: bool) -> CloudResult<Option<i64>> {
        self.call(Sent::Once, "sim:WriteLock".into(), |world| Ok(world.lock.write(value, fresh)))
            .await
    }

    async fn lock_version(&self, version: i64) -> CloudResult<Option<String>> {
        self.call(Sent::Read, "sim:LockVersion".into(), |world| Ok(world.lock.version(version)))
            .await
    }

    async fn remove_lock(&self) -> CloudResult<()> {
        self.call(Sent::Repeatedly, "sim:RemoveLock".into(), |world| {
            world.lock.remove();
            Ok(())
        })
        .await
    }
}
