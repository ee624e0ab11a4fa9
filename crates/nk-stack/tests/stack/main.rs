//! Stack files from text to resources: what they mean, and what they may not say.

mod common;
mod mistakes;
mod mutation;
mod names;
mod no_toml;
mod sections;
mod specs;
mod topology;
mod variations;
