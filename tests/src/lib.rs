//! What holds for the whole of `feishu-corehr`, and what the tests of that have in common.

pub mod comparison;
pub mod exceptions;
pub mod library;
pub mod operations;
pub mod outcome;
pub mod run;
pub mod script;
pub mod socket;
pub mod source;
pub mod stage;
pub mod vector;
pub mod virtual_time;

#[path = "../../core/examples/reqwest.rs"]
pub mod reqwest_client;
