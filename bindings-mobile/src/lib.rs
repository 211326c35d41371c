//! The core for Kotlin and Swift, through uniffi: nothing but the core, with the host's own HTTP, sleep and tokens.
//!
//! There is no runtime and no thread in here. The host polls a call's future, and the future asks the host: to send a
//! request, to sleep, for a token. Every exported function can fail with a [`Failure`], so that a mistake in here
//! reaches the app as an error and never ends it.

mod call;
mod cancellation;
mod client;
mod data;
mod failure;
mod handles;
mod host;
mod options;
mod pages;
#[cfg(test)]
mod tests;

pub use cancellation::Cancellation;
pub use client::NativeClient;
pub use data::{decode_get_process, decode_list_processes, decode_withdraw_process, describe, explain, operations};
pub use failure::Failure;
pub use handles::open_handles;
pub use host::{Alarm, HostError, Observer, TokenSource, Transport, TransportError};
pub use options::{BaseUrl, ClientOptions};
pub use pages::ProcessPages;

uniffi::setup_scaffolding!();
