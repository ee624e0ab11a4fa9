//! Container image repositories.

mod repository;

pub use repository::{Repository, RepositoryOutputs, RepositoryUri};
