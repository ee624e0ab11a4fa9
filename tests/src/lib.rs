//! Shared by the tests: topologies, runs on the simulated cloud, and the real nk on emulators
//! behind a proxy.

pub mod authority;
pub mod kinds;
pub mod large;
pub mod ordeal;
pub mod planned;
pub mod proxy;
pub mod rig;
pub mod running;
pub mod slices;
pub mod small;
pub mod terminal;
pub mod topology;
pub mod trial;
