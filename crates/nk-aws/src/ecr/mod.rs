//! Repositories.

mod repository;
