//! Repositories.

mod images;
mod lifecycle;
mod repository;
mod scanning;

/// ECR's code for a missing repository.
const MISSING: &[&str] = &["RepositoryNotFoundException"];
