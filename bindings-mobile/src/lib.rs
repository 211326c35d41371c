//! The core for Kotlin and Swift, through uniffi: nothing but the core. HTTP, sleep and tokens are the host's own.
//!
//! There is no runtime and no thread in here, and no future crosses. The host owns the loop: it begins a call, takes
//! one step after the other (to send a request, to wait, to ask for a token), and says what came of each, until a step
//! is the end. Every exported function can fail with a [`Failure`], so that a mistake in here reaches the app as an
//! error and never ends it.

mod bulk;
mod call;
mod client;
mod clock;
mod data;
mod failure;
mod handles;
mod operations;
mod options;
mod pages;
mod plain;
mod steps;
#[cfg(test)]
mod tests;
mod waker;

pub use bulk::{NativeBulk, RunStep, journal_pragmas};
pub use call::{Begun, Call};
pub use client::{NativeClient, NewCall};
pub use data::{decode_reply, describe, explain, operations};
pub use failure::Failure;
pub use handles::open_handles;
pub use operations::{Decoded, Output, Request};
pub use options::{BaseUrl, ClientOptions};
pub use pages::Pages;
pub use plain::{Plain, json_tree, plain_tree};
pub use steps::{HostAnswer, HostError, HostStep, Turn};
pub use waker::Waker;

uniffi::setup_scaffolding!();
