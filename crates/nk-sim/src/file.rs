//! A cloud that is kept in a file from one command of a session to the next. In between there is time
//! enough: what was busy is ready then, and what was going is gone.

use std::{collections::HashMap, fs, path::Path};

use nk_model::{Address, LiveValue};
use serde::{Deserialize, Serialize};
use tokio::time::Duration;

use crate::{Account, Fault, Sim, listener::Listener, lock::Parameter, world::World};

/// What is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Kept {
    account: Account,
    resources: Vec<LiveValue>,
    made: usize,
    lock: Vec<String>,
    lock_age: Duration,
    fault: Option<Fault>,
    thwarted: HashMap<Address, String>,
    contested: HashMap<Address, String>,
    slowness: f64,
}

impl Sim {
    /// The cloud in a file, an empty one where there is no such file. It is kept there again once it
    /// is dropped.
    ///
    /// # Panics
    ///
    /// When something else is in the file.
    pub fn open(file: &Path) -> Self {
        let mut sim = Self::default();
        sim.file = Some(file.to_owned());
        sim.listener = Listener::Later(Vec::new()).into();
        if let Ok(text) = fs::read_to_string(file) {
            *sim.world() = serde_json::from_str::<Kept>(&text).expect("a cloud").into();
        }
        sim
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let kept = serde_json::to_string(&Kept::of(&self.world()));
            fs::write(file, kept.expect("a cloud serializes")).expect("a cloud can be kept");
        }
    }
}

impl Kept {
    fn of(world: &World) -> Self {
        let stays = world.resources.iter().filter(|(_, one)| one.gone_at.is_none());
        let resources = stays.map(|(id, one)| one.settled(id)).collect();
        let lock = world.lock.versions();
        let lock_age = world.lock.read().map_or(Duration::ZERO, |record| record.age);
        Self {
            account: world.account.clone(),
            resources,
            made: world.made,
            lock,
            lock_age,
            fault: world.fault.clone(),
            thwarted: world.thwarted.clone(),
            contested: world.contested.clone(),
            slowness: world.slowness,
        }
    }
}

impl From<Kept> for World {
    fn from(kept: Kept) -> Self {
        let mut world = Self {
            account: kept.account,
            made: kept.made,
            lock: Parameter::written(kept.lock, kept.lock_age),
            fault: kept.fault,
            thwarted: kept.thwarted,
            contested: kept.contested,
            slowness: kept.slowness,
            ..Self::default()
        };
        for live in kept.resources {
            world.plant(live);
        }
        world
    }
}
