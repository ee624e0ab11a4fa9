//! The benchmarks are in `benches`, `examples` and the proxy.
