//! Values with one canonical spelling: two values with the same meaning are equal.

mod cidr;
mod document;
mod engine_version;
mod policy;
mod tags;
mod window;

pub use cidr::{Cidr, CidrError};
pub use document::Document;
pub use engine_version::EngineVersion;
pub use policy::PolicyDocument;
pub use tags::Tags;
pub use window::{StatedWindow, Window, WindowError};
