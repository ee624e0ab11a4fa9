//! What the tests of the whole share.

pub mod planned;
pub mod proxy;
pub mod rig;
pub mod small;
pub mod trial;
