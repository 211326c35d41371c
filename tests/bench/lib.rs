//! Benchmarks only: `cargo bench -p feishu-corehr-bench`, or all of them by `cargo xtask bench`.
