//! The machines of the core in a simulated world: every schedule follows from one seed, runs in virtual time, and is
//! held against the truth that only the world knows (`docs/policy.md` 5.1).
//!
//! The world writes its answers as bytes and knows by itself what each of them means; it shares no code with the
//! core's classifier.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a world and its rules name what matters to them, and take the rest alike"
)]

mod bulk;
mod call;
mod campaign;
mod client;
mod clock;
mod coverage;
mod database;
mod dice;
mod ending;
mod invariant;
mod log;
mod mishap;
mod returned;
mod schedule;
mod server;
mod setting;
mod travel;
mod weather;

pub use bulk::{Visited, simulate_run};
pub use campaign::{Campaign, Runs, campaign, runs};
pub use coverage::Coverage;
pub use invariant::{Invariant, Violation};
pub use schedule::{Finished, Options, simulate};
