//! Writes the Kotlin and Swift of a library, from the metadata in it.
//!
//! It is a program of this workspace and not an installed one, so that it has the version of uniffi in the one
//! Cargo.lock: the two must be equal.

fn main() {
    uniffi::uniffi_bindgen_main();
}
