//! Repositories.

mod images;
mod lifecycle;
mod repository;
mod scanning;

/// How ECR says that a repository is gone.
const MISSING: &[&str] = &["RepositoryNotFoundException"];
