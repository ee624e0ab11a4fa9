//! Terminal sessions on the simulated cloud: exit code, standard output, standard error, to the letter.
//! Time is paused there, so that times are exact.

mod apply;
mod common;
mod destroy;
mod documents;
mod graph;
mod lock;
mod offline;
mod output;
mod plan;
mod secrets;
mod shown;
mod streams;
mod trace;
