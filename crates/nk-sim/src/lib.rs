//! A cloud in memory: every kind at once, with latency, faults, and AWS's refusals.
//!
//! What is created is busy for as long as its kind usually takes, by tokio's clock: under paused
//! time an apply of seven minutes takes milliseconds, and its event times are exact. What others
//! refer to cannot be deleted, what is not there cannot be referred to, and what is fixed cannot be
//! changed: a plan in a wrong order fails here as it would at AWS.

mod account;
mod fault;
mod file;
mod listener;
mod lock;
mod provider;
mod store;
mod world;

use std::{
    future::Future,
    path::PathBuf,
    sync::{Mutex, MutexGuard},
};

pub use account::Account;
pub use fault::Fault;
use listener::Listener;
use lock::Parameter;
use nk_engine::{
    CallListener, Cloud, CloudResult, Departure, Entry, LockRecord, Reconcile, Scope, current_step,
};
use nk_model::{Address, Call, Change, Guard, Kind, KindInfo, Live, LiveValue, Phase};
use serde_json::Value as Json;
use tokio::time::{Duration, Instant, sleep};
use world::World;

/// How a call may be treated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// It changes nothing.
    Read,
    /// It changes something, and is sent again where nobody answers.
    Repeatedly,
    /// It changes something, and is sent once: another would make a second one.
    Once,
}

/// The cloud.
pub struct Sim {
    world: Mutex<World>,
    latency: Duration,
    listener: Mutex<Listener>,
    /// Where it is kept when it is dropped.
    file: Option<PathBuf>,
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
        Self { world: Mutex::default(), latency, listener: Mutex::default(), file: None }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("nothing panics while it holds this lock")
    }

    /// What goes wrong from now on.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.world().fault = fault;
    }

    /// Changes what the account has besides resources.
    pub fn change_account(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.world().account);
    }

    /// Has this stand in the lock, written so long ago.
    pub fn set_lock(&self, value: &str, ago: Duration) {
        self.world().lock = Parameter::written(vec![value.to_owned()], ago);
    }

    /// What stands in the lock.
    pub fn lock(&self) -> Option<String> {
        self.world().lock.versions().pop()
    }

    /// Tells about every call from now on, with its time since `zero`; in a cloud that has been
    /// connected to, about those before as well.
    ///
    /// # Panics
    ///
    /// When a listener has panicked.
    pub fn listen(&self, zero: Instant, listener: CallListener) {
        self.listener.lock().expect("listeners do not panic").turn_to(zero, listener);
    }

    fn tell(&self, operation: &str, began: Instant, well: bool) {
        let call = Call {
            step: current_step(),
            operation: operation.to_owned(),
            at: Duration::ZERO,
            took: began.elapsed(),
            status: if well { 200 } else { 400 },
            request_id: None,
        };
        self.listener.lock().expect("listeners do not panic").tell(began, call);
    }

    /// Makes everything that begins from now on take so many times as long as usual.
    pub fn set_slowness(&self, slowness: f64) {
        self.world().slowness = slowness;
    }

    /// How many calls were made, and how many of them to change something.
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
    /// When there is no such resource or field.
    pub fn meddle(&self, address: &Address, field: &str, value: Json) {
        let mut world = self.world();
        let id = world.resources.at(address).next().map(|(id, _)| id.clone());
        let id = id.expect("there is such a resource");
        world.resources.change(&id, |one| one.spec[field] = value);
    }

    /// Removes something behind nk's back.
    pub fn remove(&self, address: &Address) {
        self.world().resources.clear(address);
    }

    /// Has what is made at this address come to nothing, for this reason. Only who looks for it by its
    /// id sees that, as with a NAT gateway.
    pub fn thwart(&self, address: &Address, reason: &str) {
        self.world().thwarted.insert(address.clone(), reason.to_owned());
    }

    /// Has others change what is at this JSON pointer in the spec, each time to something else, as often
    /// as it is updated.
    pub fn contest(&self, address: &Address, pointer: &str) {
        self.world().contested.insert(address.clone(), pointer.to_owned());
    }

    /// Has what is at this address stay although its removal is accepted.
    ///
    /// # Panics
    ///
    /// When there is no such resource.
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

    /// Adds something behind nk's back, as a twin, a leftover, or somebody else's.
    pub fn plant(&self, live: LiveValue) {
        self.world().plant(live);
    }

    /// One call: it takes its time, and may go wrong before or after it has its effect.
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

    async fn guards(&self, live: &Live<K, K::Outputs>) -> CloudResult<Vec<Guard>> {
        Ok(self.world().account.guards_of(&live.address))
    }

    async fn unprotect(&self, live: &Live<K, K::Outputs>) -> CloudResult<()> {
        let lift = |world: &mut World| {
            world.account.guards.retain(|guard| guard.address != live.address || !guard.liftable);
            Ok(())
        };
        self.call(Sent::Repeatedly, format!("sim:Unprotect {}", live.address), lift).await
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
