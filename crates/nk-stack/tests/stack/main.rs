//! Stack files from text to resources: their meaning, and their mistakes.

mod common;
mod mistakes;
mod mutation;
mod no_toml;
mod sections;
mod specs;
mod topology;
mod variations;
