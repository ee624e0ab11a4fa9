//! nk.
fn main() {}
