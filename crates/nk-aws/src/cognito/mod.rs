//! Users.

mod identity_provider;
mod user_pool;
mod user_pool_client;
mod user_pool_domain;
