//! Load balancing.

mod listener;
mod load_balancer;
mod target_group;
