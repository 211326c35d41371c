// The package manager wants a source file; the functions are in the Rust library.
