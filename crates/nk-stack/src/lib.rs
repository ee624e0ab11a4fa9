//! The meaning of a stack file: its text and an environment become a [`Stack`], and that becomes
//! the resources it describes.
//!
//! Reading is offline and finds every mistake at once, each with its place: mistakes of TOML, and
//! if there are none, mistakes of meaning. [`Stack::expand`] is pure: what only AWS knows is passed
//! in as a [`Survey`].

mod check;
mod decode;
mod expansion;
mod measure;
mod naming;
mod problem;
mod read;
mod section;
mod sections;
mod stack;
mod support;
mod survey;
mod tree;
mod value;

pub use problem::{Located, Problem, Problems, Source, Span};
pub use read::{environments, read};
pub use sections::{Cost, address_note};
pub use stack::Stack;
pub use survey::Survey;
