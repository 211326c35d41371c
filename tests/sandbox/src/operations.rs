//! The real operations: each turns a request and the state into an answer.

mod gateway;
mod get_process;
mod list_processes;
mod query;
mod token;
mod withdraw_process;

use serde_json::json;

use crate::answer::{Answer, Source};
use crate::faults::redirect;
use crate::operation::Operation;
use crate::request::Received;
use crate::state::State;

pub(crate) use gateway::{missing_scope, too_frequent};

/// An answer of the real state, and whether it withdrew a process.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) answer: Answer,
    pub(crate) applied: bool,
}

/// Serves one request for real.
pub(crate) fn serve(
    state: &mut State,
    operation: Operation,
    process_id: Option<&str>,
    received: &Received,
    now_ms: u64,
) -> Served {
    let process_id = process_id.unwrap_or_default();
    let answered = match operation {
        Operation::WithdrawProcess => return withdraw_process::serve(state, process_id, received, now_ms),
        Operation::GetProcess => get_process::serve(state, process_id, received, now_ms),
        Operation::ListProcesses => list_processes::serve(state, received, now_ms),
        Operation::Token => token::serve(state, received, now_ms),
        // Whoever follows a redirect is tempted with a success.
        Operation::Unknown if received.path.starts_with(redirect::TARGET) => {
            Ok(Answer { source: Source::Invented, ..Answer::success(&json!({})) })
        }
        Operation::Unknown => Err(Answer::not_found()),
    };
    Served { answer: answered.unwrap_or_else(|refusal| refusal), applied: false }
}
