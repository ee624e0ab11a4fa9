//! Repositories.

mod images;
mod lifecycle;
mod repository;

/// How ECR says that a repository is gone.
const MISSING: &[&str] = &["RepositoryNotFoundException"];
